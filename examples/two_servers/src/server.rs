//! One of the servers. Both run this very code and know nothing of each other: what they share is
//! the database, where the sessions and the signing keys are.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use sessionkit::{
    AppInfo, PostgresStore, Session, SessionError, Sessions, Signing,
};
use std::error::Error;
use std::time::Duration;

// region server
#[tokio::main]
pub async fn run(database: &str) -> Result<(), Box<dyn Error>> {
    end_with_parent();
    let sessions = Sessions::builder()
        // With a prefix, this leaves the tables of your program alone.
        .store(
            PostgresStore::options(database)
                .table_prefix("two_servers_")
                .connect()
                .await?,
        )
        // Where the users are. That there are two servers is the
        // business of the load balancer.
        .app_info(AppInfo::new("http://127.0.0.1", "http://127.0.0.1"))
        // A day is usual. Whichever server is the first to sign after
        // that makes the next key, and the other one finds it in the
        // database.
        .signing(
            Signing::ed25519()
                .rotate_every(Duration::from_millis(1_500)),
        )
        .build()
        .await?;

    let app = Router::new()
        .route("/sign-in/{name}", post(sign_in))
        .route("/me", get(who_am_i))
        .merge(sessions.routes())
        .layer(sessions.layer())
        .with_state(sessions);

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

/// Without a password: this server is for one client on this machine.
async fn sign_in(
    State(sessions): State<Sessions>,
    Path(name): Path<String>,
) -> Result<(Session, &'static str), SessionError> {
    let session = sessions.create_new_session(name).await?;
    Ok((session, "Welcome"))
}

async fn who_am_i(session: Session) -> String {
    session.user_id().to_owned()
}
// endregion

/// The parent holds the other end of our standard input, and it closes however the parent ends.
fn end_with_parent() {
    std::thread::spawn(|| {
        let _ =
            std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
}
