//! Rotation against a model: tabs of one browser, thieves and a server that revokes, in every order
//! that their messages can take, down to single store calls.
//!
//! A front end that obeys the rule below is never signed out, as long as a request and an answer
//! together take less than the window. Its rule: look at the expiry of the access token that the
//! browser has *now*, and refresh only if that is over. `tabs_that_refresh_blindly` shows why.

use crate::memory::{Memory, finish, go_on};
use crate::stores::{NOW, builder, clock};
use crate::watched::outcome;
use data_encoding::BASE64URL_NOPAD;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use sessionkit::{
    Clock as _, ManualClock, Rotation, Session, SessionError, SessionHandle, Sessions, Signing,
    UnixMillis, VerifySession,
};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

const WINDOW: Duration = Duration::from_secs(30);
/// So long a message may be on its way, or wait for the database, for the promise to hold.
const LEG: Duration = Duration::from_millis(14_999);
const LIFETIME: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Copy)]
struct Rules {
    grace: Duration,
    until_used: bool,
}

impl Rules {
    const GRACE: Self = Self::new(WINDOW, false);
    const UNTIL_USED: Self = Self::new(WINDOW, true);
    const ALL: [Self; 4] = [
        Self::GRACE,
        Self::UNTIL_USED,
        Self::new(Duration::ZERO, false),
        Self::new(Duration::ZERO, true),
    ];

    const fn new(grace: Duration, until_used: bool) -> Self {
        Self { grace, until_used }
    }

    fn rotation(self) -> Rotation {
        if self.until_used {
            Rotation::until_used().with_grace(self.grace)
        } else {
            Rotation::grace(self.grace)
        }
    }
}

/// What a session is, without tokens and without a store.
struct Model {
    rules: Rules,
    generation: i64,
    rotated_at: UnixMillis,
    used_at: Option<UnixMillis>,
    over: bool,
}

impl Model {
    fn refresh(&mut self, generation: i64, now: UnixMillis) -> &'static str {
        if self.over {
            return "revoked";
        }
        let soon_after = |time: UnixMillis| now.since(time) < self.rules.grace;
        if generation == self.generation && generation > 0 && soon_after(self.rotated_at) {
            self.used_at.get_or_insert(now);
            return "ok"; // itself again
        }
        if generation == self.generation {
            self.generation += 1;
            self.rotated_at = now;
            self.used_at = None;
            return "ok";
        }
        if generation + 1 == self.generation && self.parent_is_good(now) {
            return "ok";
        }
        self.over = true;
        "token_theft_detected"
    }

    fn parent_is_good(&self, now: UnixMillis) -> bool {
        let rules = self.rules;
        let soon_after = |time: UnixMillis| now.since(time) < rules.grace;
        let unused = rules.until_used && self.used_at.is_none_or(soon_after);
        unused || soon_after(self.rotated_at)
    }

    fn first_use(&mut self, generation: i64, now: UnixMillis) -> &'static str {
        if self.over {
            return "revoked";
        }
        if generation == self.generation {
            self.used_at.get_or_insert(now);
        }
        "ok"
    }
}

/// What a browser, or a thief, has.
#[derive(Clone)]
struct Jar {
    refresh: String,
    access: String,
}

impl Jar {
    fn of(session: &Session) -> Self {
        Self {
            refresh: session.refresh_token().unwrap().to_owned(),
            access: session.access_token().to_owned(),
        }
    }

    fn generation(&self) -> i64 {
        self.refresh.split('.').nth(2).unwrap().parse().unwrap()
    }
}

/// Generation, expiry, and whether its first use need not be written.
fn claims(access: &str) -> (i64, UnixMillis, bool) {
    let text = BASE64URL_NOPAD.decode(access.split('.').nth(1).unwrap().as_bytes());
    let claims: serde_json::Value = serde_json::from_slice(&text.unwrap()).unwrap();
    let seconds = claims["exp"].as_i64().unwrap();
    (
        claims["gen"].as_i64().unwrap(),
        UnixMillis(seconds * 1_000),
        claims["confirmed"].as_bool().unwrap(),
    )
}

type Answer = Result<Option<Session>, SessionError>;

#[derive(Debug, Clone, Copy)]
enum Call {
    Refresh(i64),
    Use(i64),
    Revoke,
}

enum State {
    Idle,
    Calling {
        call: Call,
        future: Pin<Box<dyn Future<Output = Answer>>>,
        /// What the model says, once the store has done it.
        expected: Option<&'static str>,
        since: UnixMillis,
    },
    Answered {
        call: Call,
        answer: Answer,
        since: UnixMillis,
    },
}

/// Somebody with a jar, which several may share.
struct Client {
    jar: usize,
    state: State,
}

struct World {
    clock: Arc<ManualClock>,
    store: Arc<Memory>,
    servers: [Sessions; 2],
    handle: SessionHandle,
    model: Model,
    jars: Vec<Option<Jar>>,
    clients: Vec<Client>,
    /// The one refresh token of each generation.
    issued: BTreeMap<i64, String>,
    /// An answer with the newest tokens was lost, and the browser has not got them since.
    lost: bool,
    signed_out: u32,
}

const TABS: usize = 3;
const THIEVES: [usize; 2] = [3, 4];
const REVOKER: usize = 5;

/// Two servers on one store, for as many worlds as you like, one after the other.
#[derive(Clone)]
struct Stage {
    rules: Rules,
    clock: Arc<ManualClock>,
    store: Arc<Memory>,
    servers: [Sessions; 2],
}

impl Stage {
    fn new(rules: Rules) -> Self {
        let (clock, store) = (clock(), Arc::new(Memory::default()));
        let servers = [(); 2].map(|()| {
            let builder = builder(store.clone(), &clock)
                .signing(Signing::hs256())
                .rotation(rules.rotation())
                .access_token_lifetime(LIFETIME);
            finish(builder.build()).unwrap()
        });
        Self {
            rules,
            clock,
            store,
            servers,
        }
    }
}

impl World {
    fn new(stage: &Stage) -> Self {
        let Stage {
            rules,
            clock,
            store,
            servers,
        } = stage.clone();
        clock.set(NOW);
        let first = finish(servers[0].create_new_session("alice").into_future()).unwrap();
        let client = |jar| Client {
            jar,
            state: State::Idle,
        };
        Self {
            handle: first.handle().clone(),
            model: Model {
                rules,
                generation: 0,
                rotated_at: NOW,
                used_at: Some(UnixMillis(0)),
                over: false,
            },
            issued: BTreeMap::from([(0, Jar::of(&first).refresh)]),
            jars: vec![Some(Jar::of(&first)), None, None, None],
            clients: [0, 0, 0, 1, 2, 3].map(client).into(),
            lost: false,
            signed_out: 0,
            clock,
            store,
            servers,
        }
    }

    fn now(&self) -> UnixMillis {
        self.clock.now()
    }

    /// The client takes its next step, whatever that is.
    fn go(&mut self, who: usize) {
        match &self.clients[who].state {
            State::Idle => self.send(who),
            State::Calling { .. } => self.call(who),
            State::Answered { .. } => self.receive(who),
        }
    }

    /// What the front end's rule says.
    fn send(&mut self, who: usize) {
        if who == REVOKER {
            return self.revoke();
        }
        let Some(jar) = self.jars[self.clients[who].jar].clone() else {
            return;
        };
        let (generation, expires, _) = claims(&jar.access);
        if self.now() >= expires {
            return self.refresh(who);
        }
        let sessions = self.servers[who % 2].clone();
        let future = async move {
            let input = VerifySession::new(jar.access);
            sessions.get_session(input).await.map(Some)
        };
        self.start(who, Call::Use(generation), future);
    }

    /// Refreshes without a look at the access token.
    fn refresh(&mut self, who: usize) {
        if !matches!(self.clients[who].state, State::Idle) {
            return;
        }
        let Some(jar) = self.jars[self.clients[who].jar].clone() else {
            return;
        };
        let (call, sessions) = (
            Call::Refresh(jar.generation()),
            self.servers[who % 2].clone(),
        );
        let future = async move { sessions.refresh_session(jar.refresh).await.map(Some) };
        self.start(who, call, future);
    }

    fn revoke(&mut self) {
        let (sessions, handle) = (self.servers[0].clone(), self.handle.clone());
        let future = async move { sessions.revoke_session(&handle).await.map(|_| None) };
        self.start(REVOKER, Call::Revoke, future);
    }

    fn start(&mut self, who: usize, call: Call, future: impl Future<Output = Answer> + 'static) {
        self.clients[who].state = State::Calling {
            call,
            future: Box::pin(future),
            expected: None,
            since: self.now(),
        };
    }

    /// The request goes on inside the server, to the next gate or to its answer.
    fn call(&mut self, who: usize) {
        let now = self.clock.now();
        let State::Calling {
            call,
            future,
            expected,
            since,
        } = &mut self.clients[who].state
        else {
            return;
        };
        let (call, effects) = (*call, self.store.effects());
        let answer = go_on(future);
        if self.store.effects() > effects {
            *expected = Some(match call {
                Call::Refresh(generation) => self.model.refresh(generation, now),
                Call::Use(generation) => self.model.first_use(generation, now),
                Call::Revoke => {
                    self.model.over = true;
                    "ok"
                }
            });
            *since = now;
        }
        let Some(answer) = answer else { return };
        let word = outcome(&answer);
        match (call, *expected) {
            (_, Some(expected)) => assert_eq!(word, expected, "{call:?}"),
            // A use that asked nobody is a matter of its expiry.
            (Call::Use(_), None) => assert!(word == "ok" || word == "try_refresh_token: expired"),
            (_, None) => panic!("{call:?} gave {word:?} and asked nobody"),
        }
        let since = *since;
        self.check(&answer);
        self.clients[who].state = State::Answered {
            call,
            answer,
            since,
        };
    }

    /// What has to hold after every answer.
    fn check(&mut self, answer: &Answer) {
        let row = self.store.row(&self.handle);
        assert_eq!(row.is_none(), self.model.over);
        if let Some(row) = row {
            assert_eq!(row.generation, self.model.generation);
        }
        let Ok(Some(session)) = answer else { return };
        if session.refresh_token().is_some() {
            let jar = Jar::of(session);
            let issued = self.issued.entry(jar.generation());
            assert_eq!(
                *issued.or_insert_with(|| jar.refresh.clone()),
                jar.refresh,
                "a fork"
            );
        }
    }

    /// The answer arrives.
    fn receive(&mut self, who: usize) {
        let state = std::mem::replace(&mut self.clients[who].state, State::Idle);
        let State::Answered { call, answer, .. } = state else {
            return;
        };
        let jar = &mut self.jars[self.clients[who].jar];
        match (call, answer) {
            (Call::Refresh(_), Ok(Some(session))) => {
                *jar = Some(Jar::of(&session));
                if self.clients[who].jar == 0 {
                    self.lost &= Jar::of(&session).generation() < self.model.generation;
                }
            }
            (Call::Use(generation), Ok(Some(session))) => {
                // Where the browser has newer tokens by now, the front end's rule is about those.
                if let Some(jar) = jar.as_mut().filter(|jar| jar.generation() == generation) {
                    session.access_token().clone_into(&mut jar.access);
                }
            }
            (Call::Refresh(_), Err(_)) => {
                *jar = None;
                self.signed_out += u32::from(self.clients[who].jar == 0);
            }
            _ => {}
        }
    }

    /// The answer never arrives.
    fn lose(&mut self, who: usize) {
        if let State::Answered { call, .. } = &self.clients[who].state {
            self.lost |= matches!(call, Call::Refresh(_)) && self.clients[who].jar == 0;
            self.clients[who].state = State::Idle;
        }
    }

    /// How far the clock may go with every message in time.
    fn slack(&self) -> Duration {
        let now = self.now();
        let mut until = UnixMillis(i64::MAX);
        for client in &self.clients {
            if let State::Calling { since, .. } | State::Answered { since, .. } = &client.state {
                until = until.min(since.plus(LEG));
            }
        }
        if self.lost && !self.model.rules.until_used {
            // A window helps only those who try again inside it.
            until = until.min(UnixMillis(self.model.rotated_at.plus(WINDOW).0 - 1));
        }
        until.since(now)
    }

    fn settle(&mut self) {
        for who in 0..TABS {
            while !matches!(self.clients[who].state, State::Idle) {
                self.go(who);
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Go(usize),
    Refresh(usize),
    Lose(usize),
    Advance(u64),
    Steal(usize),
}

fn advances() -> impl Strategy<Value = Step> {
    let far = prop_oneof![
        0..2_u64,
        1..40_000_u64,
        Just(29_999),
        Just(30_000),
        60_000..90_000_u64
    ];
    far.prop_map(Step::Advance)
}

fn run(name: &str, strategy: impl Strategy<Value = Vec<Step>>, test: impl Fn(Vec<Step>)) {
    let config = Config {
        cases: 300,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x5e55_1014),
        max_shrink_iters: 3_000,
        test_name: Some(Box::leak(name.into())),
        ..Config::default()
    };
    let result = TestRunner::new(config).run(&strategy, |steps| {
        test(steps);
        Ok(())
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(reason, steps)) => panic!("{reason}, after {steps:?}"),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

fn honest_browser_stays_signed_in(rules: Rules) {
    let far = prop_oneof![3 => 0..100_000_u64, 1 => Just(86_400_000)];
    let step = prop_oneof![
        12 => (0..TABS).prop_map(Step::Go),
        1 => (0..TABS).prop_map(Step::Lose),
        4 => far.prop_map(Step::Advance),
    ];
    let stage = Stage::new(rules);
    run("honest", proptest::collection::vec(step, 1..200), |steps| {
        let mut world = World::new(&stage);
        for step in steps {
            match step {
                Step::Go(who) => world.go(who),
                Step::Lose(who) => world.lose(who),
                Step::Advance(ms) => {
                    let by = Duration::from_millis(ms).min(world.slack());
                    world.clock.advance(by);
                }
                _ => {}
            }
            assert_eq!(world.signed_out, 0, "an honest browser was signed out");
        }
        world.settle();
        for who in 0..TABS {
            world.refresh(who);
            world.settle();
        }
        assert_eq!(world.signed_out, 0);
        assert!(!world.model.over);
    });
}

#[test]
fn an_honest_browser_is_never_signed_out_with_a_window() {
    honest_browser_stays_signed_in(Rules::GRACE);
}

#[test]
fn an_honest_browser_is_never_signed_out_with_until_used() {
    honest_browser_stays_signed_in(Rules::UNTIL_USED);
}

/// Everybody does anything at any time, and the library does what the model says.
#[test]
fn the_library_does_what_the_model_says() {
    let step = prop_oneof![
        16 => (0..REVOKER).prop_map(Step::Go),
        6 => (0..REVOKER).prop_map(Step::Refresh),
        2 => (0..REVOKER).prop_map(Step::Lose),
        4 => advances(),
        3 => prop::sample::select(THIEVES.to_vec()).prop_map(Step::Steal),
        1 => Just(Step::Go(REVOKER)),
    ];
    for rules in Rules::ALL {
        let stage = Stage::new(rules);
        let strategy = proptest::collection::vec(step.clone(), 1..120);
        run("anything", strategy, |steps| {
            let mut world = World::new(&stage);
            for step in steps {
                match step {
                    Step::Go(who) => world.go(who),
                    Step::Refresh(who) => world.refresh(who),
                    Step::Lose(who) => world.lose(who),
                    Step::Advance(ms) => world.clock.advance(Duration::from_millis(ms)),
                    Step::Steal(who) => {
                        let jar = world.clients[who].jar;
                        world.jars[jar] = world.jars[0].clone();
                    }
                }
            }
        });
    }
}

/// Calls `play` with every order of the scripts' steps: who is next, as often as it has steps.
fn every_order(steps: &[usize], play: &mut impl FnMut(&[usize])) -> u32 {
    fn deeper(left: &mut [usize], order: &mut Vec<usize>, play: &mut impl FnMut(&[usize])) -> u32 {
        if left.iter().all(|left| *left == 0) {
            play(order);
            return 1;
        }
        let mut count = 0;
        for who in 0..left.len() {
            if left[who] > 0 {
                left[who] -= 1;
                order.push(who);
                count += deeper(left, order, play);
                order.pop();
                left[who] += 1;
            }
        }
        count
    }
    deeper(&mut steps.to_vec(), &mut Vec::new(), play)
}

/// Plays every order; gives the number of orders, and of those in which the browser was signed out.
fn enumerate(
    rules: Rules,
    steps: &[usize],
    mut take: impl FnMut(&mut World, usize, usize),
) -> (u32, u32) {
    let stage = Stage::new(rules);
    let mut signed_out = 0;
    let orders = every_order(steps, &mut |order| {
        let mut world = World::new(&stage);
        world.clock.advance(LIFETIME * 2);
        let mut taken = vec![0; steps.len()];
        for &who in order {
            take(&mut world, who, taken[who]);
            taken[who] += 1;
        }
        world.settle();
        world.clock.advance(WINDOW * 3);
        world.refresh(0);
        world.settle();
        signed_out += u32::from(world.signed_out > 0);
    });
    (orders, signed_out)
}

#[test]
fn two_tabs_in_every_order_are_never_signed_out() {
    // Both send, come to the store, are through, have the answer, send what they got, and the
    // store knows of its use.
    let script = [6; 2];
    let take = |world: &mut World, who, step| match step {
        2 | 5 => (0..2).for_each(|_| world.call(who)),
        _ => world.go(who),
    };
    for rules in [Rules::GRACE, Rules::UNTIL_USED] {
        let result = enumerate(rules, &script, take);
        assert_eq!(result, (924, 0), "{rules:?}");
    }
    // The same play finds the tabs that a stricter rule throws out.
    for rules in [
        Rules::new(Duration::ZERO, false),
        Rules::new(Duration::ZERO, true),
    ] {
        let (orders, signed_out) = enumerate(rules, &script, take);
        assert_eq!(orders, 924);
        assert!(signed_out > 0, "{rules:?}: {signed_out}");
    }
}

#[test]
fn three_tabs_in_every_order_are_never_signed_out() {
    // Sending, everything inside the server, having the answer.
    for rules in [Rules::GRACE, Rules::UNTIL_USED] {
        let result = enumerate(rules, &[3; 3], |world, who, step| match step {
            1 => (0..3).for_each(|_| world.go(who)),
            _ => world.go(who),
        });
        assert_eq!(result, (1_680, 0), "{rules:?}");
    }
}

#[test]
fn a_lost_answer_beside_a_second_tab_signs_nobody_out() {
    for rules in [Rules::GRACE, Rules::UNTIL_USED] {
        let result = enumerate(rules, &[6, 4], |world, who, step| match (who, step) {
            (0, 1 | 4) | (1, 1) => (0..3).for_each(|_| world.go(who)),
            (0, 2) => world.lose(who),
            _ => world.go(who),
        });
        assert_eq!(result, (210, 0), "{rules:?}");
    }
}

/// Lost an answer, was away for a day, and comes back with both tabs at once.
#[test]
fn two_tabs_that_come_back_after_a_lost_answer_are_never_signed_out() {
    let result = enumerate(Rules::UNTIL_USED, &[5, 5], |world, who, step| {
        if step == 0 && world.model.generation == 0 {
            world.refresh(2);
            (0..3).for_each(|_| world.call(2));
            world.lose(2);
            world.clock.advance(Duration::from_secs(86_400));
        }
        match step {
            1 | 4 => (0..3).for_each(|_| world.call(who)),
            _ => world.go(who),
        }
    });
    assert_eq!(result, (252, 0));
}

/// A front end that refreshes after every 401, without a look at what another tab has done. A token
/// that has just been made is handed back, or else these would turn another tab's parent, still on
/// its way, into a grandparent: 21 of the 84 orders signed the browser out.
#[test]
fn tabs_that_refresh_blindly_are_never_signed_out() {
    let (orders, signed_out) =
        enumerate(Rules::GRACE, &[6, 3], |world, who, step| match step % 3 {
            0 => world.refresh(who),
            1 => (0..3).for_each(|_| world.call(who)),
            _ => world.receive(who),
        });
    assert_eq!((orders, signed_out), (84, 0));
}
