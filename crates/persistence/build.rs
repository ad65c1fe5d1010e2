//! Makes cargo notice new and changed migrations, which are built into the program.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
