//! A private PostgreSQL for tests, examples and benches.
