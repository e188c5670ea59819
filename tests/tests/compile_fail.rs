//! What a user who writes something wrong is told.

#[test]
fn mistakes_in_handlers_are_explained_by_the_compiler() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
