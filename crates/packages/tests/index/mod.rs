//! A Python index on this machine: a few tiny packages, and trouble on demand.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What goes wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trouble {
    /// The server answers with this status.
    Status(u16),
    /// The body ends before its announced length.
    Broken,
    /// The server says nothing at all.
    Silence,
}

#[derive(Default)]
struct State {
    trouble: Option<(Trouble, usize)>,
    hidden: BTreeSet<String>,
    requests: usize,
}

/// An index that lives as long as the test.
pub(crate) struct Index {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    server: tokio::task::JoinHandle<()>,
}

impl Index {
    /// Starts to serve `sample` 1.0 and 2.0, `other` and `pytest`, each with one module.
    pub(crate) async fn start() -> Index {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let files = Arc::new(files());
        let server = tokio::spawn(serve(listener, state.clone(), files));
        Index { address, state, server }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/simple", self.address)
    }

    /// Answers so many requests for files with trouble.
    pub(crate) fn trouble(&self, trouble: Trouble, times: usize) {
        self.state.lock().unwrap().trouble = Some((trouble, times));
    }

    /// Does not know a package any more.
    pub(crate) fn without(&self, name: &str) {
        self.state.lock().unwrap().hidden.insert(name.to_owned());
    }

    /// How many requests were answered so far.
    pub(crate) fn requests(&self) -> usize {
        self.state.lock().unwrap().requests
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        self.server.abort();
    }
}

type Files = BTreeMap<String, Vec<u8>>;

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>, files: Arc<Files>) {
    while let Ok((stream, _)) = listener.accept().await {
        // A client that goes away is no concern of the index.
        tokio::spawn(answer(stream, state.clone(), files.clone()));
    }
}

async fn answer(stream: TcpStream, state: Arc<Mutex<State>>, files: Arc<Files>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let path = head.split_whitespace().nth(1).unwrap_or("/").to_owned();
    let (page, trouble) = {
        let mut state = state.lock().unwrap();
        state.requests += 1;
        (body(&path, &files, &state), trouble_for(&path, &mut state))
    };
    let (status, bytes) = match (trouble, page) {
        (Some(Trouble::Silence), _) => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            return Ok(());
        }
        (Some(Trouble::Status(status)), _) => (status, b"trouble".to_vec()),
        (_, Some(bytes)) => (200, bytes),
        (_, None) => (404, b"no such thing".to_vec()),
    };
    let sent = if matches!(trouble, Some(Trouble::Broken)) { bytes.len() / 2 } else { bytes.len() };
    let kind = match path.starts_with("/files/") {
        true => "application/octet-stream",
        false => "application/vnd.pypi.simple.v1+json",
    };
    let head = format!(
        "HTTP/1.1 {status} .\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        bytes.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&bytes[..sent]).await?;
    stream.shutdown().await
}

fn trouble_for(path: &str, state: &mut State) -> Option<Trouble> {
    let (trouble, times) = state.trouble.as_mut()?;
    let concerns = path.ends_with(".whl") || matches!(trouble, Trouble::Silence);
    if *times == 0 || !concerns {
        return None;
    }
    *times -= 1;
    Some(*trouble)
}

fn body(path: &str, files: &Files, state: &State) -> Option<Vec<u8>> {
    if let Some(name) = path.strip_prefix("/files/") {
        return files.get(name).cloned();
    }
    let name = path.strip_prefix("/simple/")?.trim_end_matches('/');
    let mine =
        files.iter().filter(|(file, _)| file.split('-').next() == Some(name) && !state.hidden.contains(name));
    let listed: Vec<String> = mine.map(|(file, bytes)| listing(file, bytes)).collect();
    let page = format!(
        r#"{{"meta": {{"api-version": "1.1"}}, "name": "{name}", "versions": [], "files": [{}]}}"#,
        listed.join(",")
    );
    (!listed.is_empty()).then(|| page.into_bytes())
}

/// One file of an index page. Version 2.0 is from 2026, everything else from 2020.
fn listing(file: &str, bytes: &[u8]) -> String {
    let year = if file.contains("-2.0-") { 2026 } else { 2020 };
    let sha256: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        r#"{{"filename": "{file}", "url": "/files/{file}", "hashes": {{"sha256": "{sha256}"}},
            "size": {}, "upload-time": "{year}-01-01T00:00:00Z"}}"#,
        bytes.len()
    )
}

fn files() -> Files {
    let package = |name: &str, version: &str| {
        let wheel = wheel(name, version);
        (format!("{name}-{version}-py3-none-any.whl"), wheel)
    };
    [package("sample", "1.0"), package("sample", "2.0"), package("other", "1.0"), package("pytest", "8.0")]
        .into()
}

/// A wheel with one package, `<name>/__init__.py`, that knows its version.
fn wheel(name: &str, version: &str) -> Vec<u8> {
    let info = format!("{name}-{version}.dist-info");
    let entries = [
        (format!("{name}/__init__.py"), format!("VERSION = '{version}'\n")),
        (format!("{info}/METADATA"), format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")),
        (
            format!("{info}/WHEEL"),
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n".to_owned(),
        ),
    ];
    let mut record = String::new();
    entries.iter().for_each(|(path, _)| record.push_str(&format!("{path},,\n")));
    record.push_str(&format!("{info}/RECORD,,\n"));
    let mut all: Vec<(String, Vec<u8>)> =
        entries.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    all.push((format!("{info}/RECORD"), record.into_bytes()));
    zip(&all)
}

/// A zip archive whose entries are stored as they are.
fn zip(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (path, contents) in entries {
        let offset = bytes.len() as u32;
        let length = (contents.len() as u32).to_le_bytes();
        // Version, flags, method, time and date; 1980-01-01 is the earliest date that the format knows.
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        common.extend(crc32(contents).to_le_bytes());
        common.extend([length, length].concat());
        common.extend((path.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&common);
        bytes.extend(path.as_bytes());
        bytes.extend(contents);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 6]);
        directory.extend([0; 4]);
        directory.extend(offset.to_le_bytes());
        directory.extend(path.as_bytes());
    }
    let (start, size, count) =
        (bytes.len() as u32, directory.len() as u32, (entries.len() as u16).to_le_bytes());
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\x00\x00\x00\x00");
    bytes.extend([count, count].concat());
    bytes.extend(size.to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}
