"""The queue of denied attempts: what needs a look first, opened, judged and noted without a mouse."""
