//! What the report's tests share: a clock that is set, and outputs that are read.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;

use crate::report::clock::Clock;
use crate::report::options::ReportOptions;
use crate::report::render::plain::Stamp;
use crate::report::render::screen::{Screen, Size};
use crate::report::render::{Json, Live, Plain, Render};
use crate::report::{Report, View};

/// A report, and what it wrote.
pub(crate) struct Recorder {
    pub(crate) report: Report,
    clock: TestClock,
    buffer: Buffer,
}

/// Sets the time, in seconds since the build began.
pub(crate) fn at(recorder: &Recorder, seconds: f64) {
    *recorder.clock.0.lock().unwrap() = Duration::from_secs_f64(seconds);
}

impl Recorder {
    pub(crate) fn plain(options: &ReportOptions) -> Self {
        let view = View::of(&ReportOptions { colour: false, ..options.clone() });
        Recorder::new(options, |out| Box::new(Plain::new(out, view, Stamp::Elapsed)))
    }

    pub(crate) fn json(options: &ReportOptions) -> Self {
        Recorder::new(options, |out| Box::new(Json::new(out)))
    }

    pub(crate) fn live(options: &ReportOptions, size: Arc<Mutex<Size>>) -> Self {
        let view = View::of(&ReportOptions { colour: false, ..options.clone() });
        Recorder::new(options, |out| {
            let screen = Screen::new(out, Box::new(move || *size.lock().unwrap()));
            Box::new(Live::new(screen, view))
        })
    }

    pub(crate) fn new(
        options: &ReportOptions,
        render: impl FnOnce(Box<dyn Write + Send>) -> Box<dyn Render>,
    ) -> Self {
        let (buffer, clock) = (Buffer::default(), TestClock::default());
        let renderers = vec![render(Box::new(buffer.clone()))];
        let report = Report::new(options, renderers, Box::new(clock.clone()));
        Recorder { report, clock, buffer }
    }

    /// What was written since the last call.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(std::mem::take(&mut self.buffer.0.lock().unwrap())).unwrap()
    }
}

#[derive(Clone, Default)]
struct TestClock(Arc<Mutex<Duration>>);

impl Clock for TestClock {
    fn elapsed(&self) -> Duration {
        *self.0.lock().unwrap()
    }

    /// 2026-01-02T03:04:05Z and what has elapsed.
    fn now(&self) -> Timestamp {
        let start = Timestamp::from_second(1_767_323_045).unwrap();
        start + jiff::SignedDuration::try_from(self.elapsed()).unwrap()
    }
}

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
