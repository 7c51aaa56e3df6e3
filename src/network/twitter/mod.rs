//! X (Twitter): API v2 with OAuth 1.0a.
