//! The denizen program: configuration, wiring, command line.

fn main() {}
