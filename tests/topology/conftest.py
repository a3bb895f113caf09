from hypothesis import HealthCheck, settings

# Seconds, not minutes: the machine may be busy, so no deadline for one example either. A failure prints its example.
settings.register_profile(
    "topology",
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("topology")
