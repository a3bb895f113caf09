"""The stacks: which parts are in which account, with which provider and outputs."""
