"""Which parts stand in which account, behind which provider, with which outputs."""
