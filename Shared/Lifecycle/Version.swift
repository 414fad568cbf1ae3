/// The version of Cutroom, raised by hand with each release (see CHANGELOG.md).
let cutroomVersion = "0.1.0"
