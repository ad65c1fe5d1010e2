DROP TABLE push_transactions;
