//! The stores on real databases. Those on PostgreSQL need `DENIZEN_TEST_POSTGRES_URL`, the address of a superuser; without it
//! they say so and pass.

mod authority;
mod clients;
mod contract;
mod databases;
mod durability;
mod migrations;
mod searches;
mod shapes;
mod upgrades;
