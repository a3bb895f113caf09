"""Which parts are in which account, behind which provider, with which outputs."""
