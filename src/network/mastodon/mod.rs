//! Mastodon, and every server that speaks its client API.
