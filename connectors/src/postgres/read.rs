//! The rows of one part of a table, as `COPY … TO STDOUT` sends them.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use super::{
    Source, error,
    session::{self, Reader},
    table::{Table, literal},
};
use crate::{Error, ErrorKind, Object, Result, RowStream, extract::Part};

/// A piece is sent on when it has this many bytes.
const PIECE: usize = 1 << 20;

/// Bytes of a row that is kept in its page, unpacked.
const INLINE: u64 = 256 << 10;

/// Begins to read; the answer comes once the server has begun to send.
pub(super) async fn rows(source: Arc<Source>, object: Object, table: Table, part: Part) -> Result<RowStream> {
    let row = if table.toasted { source.options.row_bytes } else { INLINE };
    let (started, start) = oneshot::channel();
    let (pieces, received) = mpsc::channel(1);
    // The stream of a COPY borrows its connection: a task owns both, and ends when nobody listens any more.
    let broken = Error::new(ErrorKind::Transient, &source.address.uri, "reading was broken off").at(object.key.clone());
    let task = tokio::spawn(async move { Copy { source, object, table, pieces, started: Some(started) }.run(part).await });
    match start.await {
        Ok(Ok(())) => Ok(RowStream { pieces: pieces_of(received, task, broken), piece: PIECE as u64 + 2 * row }),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(broken),
    }
}

/// What a task sends. One that dies sends no error: that it did is one, or half a table would be taken for the whole.
fn pieces_of(received: mpsc::Receiver<Result<Bytes>>, task: JoinHandle<()>, broken: Error) -> BoxStream<'static, Result<Bytes>> {
    stream::unfold(Some((received, task, broken)), |state| async move {
        let (mut received, task, broken) = state?;
        match received.recv().await {
            Some(piece) => Some((piece, Some((received, task, broken)))),
            None => task.await.is_err().then_some((Err(broken), None)),
        }
    })
    .boxed()
}

struct Copy {
    source: Arc<Source>,
    object: Object,
    table: Table,
    pieces: mpsc::Sender<Result<Bytes>>,
    /// Taken once the server sends.
    started: Option<oneshot::Sender<Result<()>>>,
}

/// Why a COPY ended before its end.
enum Ended {
    /// It failed.
    Failed(Error),
    /// Nobody listens any more.
    Unheard,
}

impl Copy {
    async fn run(mut self, part: Part) {
        let reader = match self.source.session.reader().await {
            Ok(reader) => reader,
            Err(e) => return self.tell(e.at(self.object.key.clone())).await,
        };
        // Whoever stops listening meanwhile must not leave the server at work: dropping the connection ends it.
        match self.copy(reader, &part).await {
            Ok(reader) => {
                // Given back before the end is told: the next part finds it.
                self.source.session.finish(reader).await;
            }
            Err(Ended::Failed(error)) => self.tell(error).await,
            Err(Ended::Unheard) => {}
        }
    }

    async fn tell(&mut self, error: Error) {
        // Whoever does not listen any more has no use for it.
        if let Some(started) = self.started.take() {
            let _ = started.send(Err(error));
        } else {
            let _ = self.pieces.send(Err(error)).await;
        }
    }

    async fn copy(&mut self, mut reader: Reader, part: &Part) -> std::result::Result<Reader, Ended> {
        let failed = |e: sqlx::Error| Ended::Failed(error::of(&self.source.address.uri, &self.object.key, &e));
        self.is_the_same(&mut reader).await?;
        let options = &self.source.options;
        let pages = match part {
            Part::Pages(pages) => Some((pages.start, (pages.end != u32::MAX).then_some(pages.end))),
            _ => None,
        };
        let sql = self.table.copy(pages, options.sample, options.rows.map(|n| n.saturating_add(1)), options.row_bytes);
        let mut stream = reader.connection.copy_out_raw(&sql).await.map_err(failed)?;
        if let Some(started) = self.started.take() {
            started.send(Ok(())).map_err(|_| Ended::Unheard)?;
        }
        let mut piece = BytesMut::new();
        loop {
            let row = tokio::select! {
                row = stream.next() => row,
                () = self.pieces.closed() => return Err(Ended::Unheard),
            };
            match row {
                Some(Ok(row)) => piece.extend_from_slice(&row),
                Some(Err(e)) => return Err(failed(e)),
                None => break,
            }
            if piece.len() >= PIECE {
                let full = piece.split().freeze();
                self.pieces.send(Ok(full)).await.map_err(|_| Ended::Unheard)?;
            }
        }
        if !piece.is_empty() {
            self.pieces.send(Ok(piece.freeze())).await.map_err(|_| Ended::Unheard)?;
        }
        drop(stream);
        Ok(reader)
    }

    /// Locks the table against being rewritten or dropped and looks whether it is the one that was listed.
    async fn is_the_same(&self, reader: &mut Reader) -> std::result::Result<(), Ended> {
        let uri = &self.source.address.uri;
        let failed = |e: sqlx::Error| Ended::Failed(error::of(uri, &self.object.key, &e));
        let connection = &mut reader.connection;
        if self.table.row_security {
            // Policies may use indexes; rows are counted in the order they lie in.
            let set = "SET LOCAL row_security = on; SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off";
            session::run(connection, set).await.map_err(failed)?;
        }
        session::run(connection, &format!("SELECT FROM {} LIMIT 0", self.table.relation())).await.map_err(failed)?;
        let relation = literal(&self.table.qualified());
        let asked = format!(
            "SELECT ({relation}::pg_catalog.regclass::pg_catalog.oid)::text, pg_catalog.pg_relation_filenode({relation}::pg_catalog.regclass)::text"
        );
        let rows = session::ask(connection, &asked, 2).await.map_err(failed)?;
        let found = rows.into_iter().next().unwrap_or_default();
        let number = |i: usize| found.get(i).and_then(|v| v.as_deref()).and_then(|v| v.parse::<u32>().ok());
        let same = number(0) == Some(self.table.oid) && (self.table.filenode.is_none() || number(1) == self.table.filenode);
        if same { Ok(()) } else { Err(Ended::Failed(error::changed(uri, &self.object.key))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_dies_is_no_end() {
        for dies in [false, true] {
            let (pieces, received) = mpsc::channel(1);
            let task = tokio::spawn(async move {
                pieces.send(Ok(Bytes::from_static(b"1\n"))).await.unwrap();
                assert!(!dies, "as asked");
            });
            let broken = Error::new(ErrorKind::Transient, "postgres://h/d", "reading was broken off");
            let all: Vec<_> = pieces_of(received, task, broken).collect().await;
            assert_eq!(all.iter().map(Result::is_ok).collect::<Vec<_>>(), if dies { vec![true, false] } else { vec![true] });
            assert!(all.into_iter().filter_map(Result::err).all(|e| e.kind == ErrorKind::Transient));
        }
    }
}
