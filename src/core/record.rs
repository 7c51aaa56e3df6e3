//! The states of a delivery; the only place where they change.

use serde::{Deserialize, Serialize};

use super::post::Visibility;

/// One post on the target: the exact request, kept from the moment it is planned until it is final, so that a restart
/// never renders again what may have been sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The final text.
    pub text: String,
    /// The content warning, where the target has a place for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// The language (BCP 47), where the target takes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Who may see it, where the target has visibilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
}
