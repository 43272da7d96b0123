//! What docproof and a supervisor say to each other: jobs and answers as bytes.
//!
//! In: values. Out: frames, and values again. A frame is a length (four bytes, little end first) and that many bytes.
//! Both ends are the same program, so there is no version; what does not fit is an error.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;
use std::time::Duration;

/// A program to start, and its limits. A limit of 0 is none.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Job {
    /// The program, and its arguments.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Environment over that of docproof.
    pub env: Vec<(OsString, OsString)>,
    /// Variables that it must not see.
    pub unset: Vec<OsString>,
    /// Where it runs.
    pub folder: PathBuf,
    /// Whether that folder is made for it and removed afterwards.
    pub fresh: bool,
    /// A file that is looked for, and removed, afterwards.
    pub mark: PathBuf,
    /// How long it may run.
    pub timeout: Duration,
    /// How much memory it may take.
    pub memory: u64,
    /// How large a file it may write.
    pub file_size: u64,
    /// How much its fresh folder may hold.
    pub disk: u64,
    /// How much of each output is kept.
    pub output: u64,
    /// Whether what is kept is told as it comes, too.
    pub told: bool,
}

/// How a job ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// By itself.
    Code(i32),
    /// By a signal that the supervisor did not send.
    Signal(i32),
    /// Its time was over.
    Time,
    /// Its folder was full.
    Disk,
}

/// What came of a job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Done {
    /// How it ended.
    pub ending: Ending,
    /// What is kept of its output.
    pub stdout: Vec<u8>,
    /// What is kept of its errors.
    pub stderr: Vec<u8>,
    /// Whether there was more.
    pub cut: bool,
    /// Whether the file that it was to be marked by was there.
    pub marked: bool,
    /// How long it ran.
    pub time: Duration,
}

/// What a supervisor says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// The job runs, as this process and process group.
    Started(i32),
    /// It has printed something, and runs on.
    Printed {
        /// On standard error.
        error: bool,
        /// What.
        bytes: Vec<u8>,
    },
    /// It could not be started.
    Refused {
        /// There is no such program.
        missing: bool,
        /// What the system says.
        words: String,
    },
    /// It is over.
    Done(Done),
}

/// Writes values into a frame.
struct Pen(Vec<u8>);

impl Pen {
    fn new() -> Self {
        Self(vec![0; 4])
    }

    fn number(&mut self, value: u64) -> &mut Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.number(value.len() as u64);
        self.0.extend_from_slice(value);
        self
    }

    fn text(&mut self, value: &OsStr) -> &mut Self {
        self.bytes(value.as_bytes())
    }

    fn frame(mut self) -> Vec<u8> {
        let length = u32::try_from(self.0.len() - 4).expect("invariant: outputs are capped");
        self.0[..4].copy_from_slice(&length.to_le_bytes());
        self.0
    }
}

/// Reads values out of a frame.
struct Eye<'a>(&'a [u8]);

impl<'a> Eye<'a> {
    fn number(&mut self) -> io::Result<u64> {
        let (head, rest) = self.0.split_first_chunk().ok_or_else(malformed)?;
        self.0 = rest;
        Ok(u64::from_le_bytes(*head))
    }

    fn small(&mut self) -> io::Result<i32> {
        i32::try_from(self.number()?.cast_signed()).map_err(|_| malformed())
    }

    fn bytes(&mut self) -> io::Result<&'a [u8]> {
        let length = usize::try_from(self.number()?).map_err(|_| malformed())?;
        let (head, rest) = self.0.split_at_checked(length).ok_or_else(malformed)?;
        self.0 = rest;
        Ok(head)
    }

    fn text(&mut self) -> io::Result<OsString> {
        Ok(OsString::from_vec(self.bytes()?.to_vec()))
    }

    fn list<T>(&mut self, one: impl Fn(&mut Self) -> io::Result<T>) -> io::Result<Vec<T>> {
        let length = self.number()?;
        (0..length).map(|_| one(self)).collect()
    }

    fn duration(&mut self) -> io::Result<Duration> {
        Ok(Duration::from_micros(self.number()?))
    }
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not what was agreed on")
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

impl Job {
    /// The job as a frame.
    pub fn frame(&self) -> Vec<u8> {
        let mut pen = Pen::new();
        pen.text(&self.program).number(self.args.len() as u64);
        for arg in &self.args {
            pen.text(arg);
        }
        pen.number(self.env.len() as u64);
        for (key, value) in &self.env {
            pen.text(key).text(value);
        }
        pen.number(self.unset.len() as u64);
        for key in &self.unset {
            pen.text(key);
        }
        pen.text(self.folder.as_os_str())
            .number(u64::from(self.fresh));
        pen.text(self.mark.as_os_str()).number(micros(self.timeout));
        pen.number(self.memory).number(self.file_size);
        pen.number(self.disk).number(self.output);
        pen.number(u64::from(self.told));
        pen.frame()
    }

    /// The job in a frame without its length.
    ///
    /// # Errors
    /// When it is not one.
    pub fn read(frame: &[u8]) -> io::Result<Self> {
        let mut eye = Eye(frame);
        Ok(Self {
            program: eye.text()?,
            args: eye.list(Eye::text)?,
            env: eye.list(|eye| Ok((eye.text()?, eye.text()?)))?,
            unset: eye.list(Eye::text)?,
            folder: eye.text()?.into(),
            fresh: eye.number()? == 1,
            mark: eye.text()?.into(),
            timeout: eye.duration()?,
            memory: eye.number()?,
            file_size: eye.number()?,
            disk: eye.number()?,
            output: eye.number()?,
            told: eye.number()? == 1,
        })
    }
}

impl Answer {
    /// The answer as a frame.
    pub fn frame(&self) -> Vec<u8> {
        let mut pen = Pen::new();
        match self {
            Self::Started(pid) => {
                pen.number(0).number(i64::from(*pid).cast_unsigned());
            }
            Self::Refused { missing, words } => {
                pen.number(1)
                    .number(u64::from(*missing))
                    .bytes(words.as_bytes());
            }
            Self::Done(done) => {
                let (kind, code) = match done.ending {
                    Ending::Code(code) => (0, code),
                    Ending::Signal(signal) => (1, signal),
                    Ending::Time => (2, 0),
                    Ending::Disk => (3, 0),
                };
                pen.number(2)
                    .number(kind)
                    .number(i64::from(code).cast_unsigned());
                pen.bytes(&done.stdout).bytes(&done.stderr);
                pen.number(u64::from(done.cut))
                    .number(u64::from(done.marked));
                pen.number(micros(done.time));
            }
            Self::Printed { error, bytes } => {
                pen.number(3).number(u64::from(*error)).bytes(bytes);
            }
        }
        pen.frame()
    }

    /// The answer in a frame without its length.
    ///
    /// # Errors
    /// When it is not one.
    pub fn read(frame: &[u8]) -> io::Result<Self> {
        let mut eye = Eye(frame);
        match eye.number()? {
            0 => Ok(Self::Started(eye.small()?)),
            1 => Ok(Self::Refused {
                missing: eye.number()? == 1,
                words: String::from_utf8_lossy(eye.bytes()?).into_owned(),
            }),
            2 => {
                let (kind, code) = (eye.number()?, eye.small()?);
                let ending = match kind {
                    0 => Ending::Code(code),
                    1 => Ending::Signal(code),
                    2 => Ending::Time,
                    3 => Ending::Disk,
                    _ => return Err(malformed()),
                };
                Ok(Self::Done(Done {
                    ending,
                    stdout: eye.bytes()?.to_vec(),
                    stderr: eye.bytes()?.to_vec(),
                    cut: eye.number()? == 1,
                    marked: eye.number()? == 1,
                    time: eye.duration()?,
                }))
            }
            3 => Ok(Self::Printed {
                error: eye.number()? == 1,
                bytes: eye.bytes()?.to_vec(),
            }),
            _ => Err(malformed()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_and_answers_come_back_as_they_were() {
        let job = Job {
            program: "/bin/true".into(),
            args: vec!["a".into(), OsString::from_vec(vec![0xff, b'b'])],
            env: vec![("KEY".into(), "väl ue".into())],
            unset: vec!["RUSTDOC".into()],
            folder: "/tmp/x".into(),
            fresh: true,
            mark: "/tmp/y".into(),
            timeout: Duration::from_millis(1500),
            memory: 1 << 40,
            file_size: 1,
            disk: 2,
            output: 3,
            told: true,
        };
        assert_eq!(Job::read(&job.frame()[4..]).expect("a job"), job);
        let answers = [
            Answer::Started(77),
            Answer::Printed {
                error: true,
                bytes: b"oh".to_vec(),
            },
            Answer::Refused {
                missing: true,
                words: "no".into(),
            },
            Answer::Done(Done {
                ending: Ending::Code(-1),
                stdout: b"out".to_vec(),
                stderr: Vec::new(),
                cut: true,
                marked: false,
                time: Duration::from_micros(9),
            }),
        ];
        for answer in answers {
            assert_eq!(
                Answer::read(&answer.frame()[4..]).expect("an answer"),
                answer
            );
        }
    }

    #[test]
    fn a_cut_frame_is_an_error() {
        let frame = Job {
            program: "/bin/true".into(),
            ..Job::default()
        }
        .frame();
        assert!(Job::read(&frame[4..frame.len() - 1]).is_err());
        assert!(Answer::read(&[9; 8]).is_err());
    }
}
