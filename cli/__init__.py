"""The `./hub` command: each verb calls one function of the other packages and shows what came of it."""
