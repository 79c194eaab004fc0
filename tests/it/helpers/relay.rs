//! A TCP relay that can refuse connections, or lose the answer to a request as a network does: the request arrives, and the
//! connection ends in place of the answer.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

#[derive(Default)]
struct Faults {
    refuses: bool,
    loses: Option<&'static str>,
}

/// A running relay.
pub struct Relay {
    /// The port it listens at.
    pub port: u16,
    faults: Arc<Mutex<Faults>>,
}

impl Relay {
    /// Starts it before a server on this machine.
    pub async fn start(target_port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, faults) = (listener.local_addr().unwrap().port(), Arc::<Mutex<Faults>>::default());
        let shared = Arc::clone(&faults);
        actix_web::rt::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if !shared.lock().unwrap().refuses {
                    let server = TcpStream::connect(("127.0.0.1", target_port)).await.unwrap();
                    actix_web::rt::spawn(forward(client, server, Arc::clone(&shared)));
                }
            }
        });
        Self { port, faults }
    }

    /// Closes every new connection at once, or serves it.
    pub fn refuse(&self, refuses: bool) {
        self.faults.lock().unwrap().refuses = refuses;
    }

    /// Loses the answer to the next request that contains `words`, once.
    pub fn lose_answer_to(&self, words: &'static str) {
        self.faults.lock().unwrap().loses = Some(words);
    }

    /// Whether that answer was lost.
    pub fn has_lost(&self) -> bool {
        self.faults.lock().unwrap().loses.is_none()
    }
}

async fn forward(mut client: TcpStream, mut server: TcpStream, faults: Arc<Mutex<Faults>>) {
    let (mut request, mut answer, mut is_losing) = (vec![0; 65536], vec![0; 65536], false);
    loop {
        tokio::select! {
            read = client.read(&mut request) => match read {
                Ok(count) if count > 0 => {
                    let text = String::from_utf8_lossy(&request[..count]).into_owned();
                    let taken = faults.lock().unwrap().loses.take_if(|words| text.contains(*words));
                    is_losing |= taken.is_some();
                    server.write_all(&request[..count]).await.unwrap();
                }
                _ => return,
            },
            read = server.read(&mut answer) => match read {
                Ok(count) if count > 0 && !is_losing && client.write_all(&answer[..count]).await.is_ok() => {}
                _ => return,
            },
        }
    }
}
