// Browsers come from the system (see test/support/browsers.ts): npm never downloads one.
module.exports = { skipDownload: true };
