//! More passwords at once than can be hashed: some are taken, the others refused, and everything else goes on (P9).

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;

use serde_json::json;

use crate::harness::crowd::many_at_once;
use crate::harness::home::CHEAP_HASHES;
use crate::harness::people::profile;
use crate::harness::{Backend, Home, Server};

/// A figure of a process in KiB, as the kernel tells it.
fn kib(pid: u32, name: &str) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

const CALLERS: usize = 200;
/// What one hash takes, at the default cost.
const HASH_KIB: usize = 19 * 1024;
/// What else the server may take for so many callers: their connections' buffers, the threads' stacks, and what the allocator
/// keeps for the next time. Without the bound, the hashes alone would take 3.8 GB.
const BASE_KIB: usize = 96 * 1024;

/// P9
#[test]
fn a_burst_of_passwords_is_bounded() {
    let home = Home::new(Backend::Sqlite).unwrap();
    let mut command = home.serve();
    command.env_remove(CHEAP_HASHES).env("DENIZEN_HASHING__WAITING", "40");
    let server = Server::start(command);
    let before = kib(server.pid(), "VmRSS");
    let busy = AtomicUsize::new(CALLERS);
    // The last one asks for the server's health while the others are at work.
    let verdicts = many_at_once(CALLERS + 1, |n| {
        let client = server.client();
        if n == CALLERS {
            let mut asked = 0;
            while busy.load(Ordering::Acquire) > 0 {
                assert_eq!(client.get("/health/ready").status, 200);
                asked += 1;
            }
            assert!(asked > 0);
            return (200, String::new());
        }
        let body = json!({
            "profile": profile(&format!("burst{n}@example.com")),
            "credentials": { "password": { "value": "Orbit-1-zebra" } },
        });
        let answer = client.try_send("POST", "/api/v1/users?activate=false", Some(&body));
        busy.fetch_sub(1, Ordering::AcqRel);
        answer.unwrap().verdict()
    });
    let peak = kib(server.pid(), "VmHWM");
    let taken = verdicts[..CALLERS].iter().filter(|verdict| verdict.0 == 200).count();
    let refused = verdicts
        .iter()
        .filter(|verdict| **verdict == (429, "E0000047".to_owned()))
        .count();
    assert_eq!(taken + refused, CALLERS, "{verdicts:?}");
    assert!(taken > 0 && refused > 0, "{taken} taken, {refused} refused");
    let permits = available_parallelism().map_or(1, usize::from).saturating_sub(1).max(1);
    let bound = permits * HASH_KIB + BASE_KIB;
    assert!(
        peak - before < bound,
        "{before} KiB before, {peak} KiB at the peak, {permits} permits"
    );
    let created = server.client().all("/api/v1/users");
    // The other one is the first administrator.
    assert_eq!(created.len(), taken + 1);
    server.stop();
}
