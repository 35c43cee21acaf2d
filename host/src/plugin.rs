//! (to be written)
#[derive(Debug)]
pub struct Runner;
impl Runner {
    pub fn new(_p: &crate::plan::Plan, _d: &std::path::Path) -> anyhow::Result<Runner> {
        Ok(Runner)
    }
    pub fn run(
        &self,
        _h: &crate::plan::PlannedHook,
        _p: crate::element::Phase,
        _g: &crate::build::Ground,
        _s: &crate::build::Site,
        _o: &crate::report::HookOutput,
    ) -> Result<(), crate::report::FailureCause> {
        Ok(())
    }
}
