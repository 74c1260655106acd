"""The run's environment, and where its fixtures are."""

import os

import hypothesis  # here: imported late, by a plugin in the middle of a parse, it breaks CPython 3.11's parser

# No example fails for being slow on a busy machine.
hypothesis.settings.register_profile(
    "unhurried",
    parent=hypothesis.settings(),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("unhurried")

KEPT = ("HOLDFAST_SHARED_DATA", "HOLDFAST_CACHE_DIR")
"""Where data sets and programs lie on this machine; everything else of ours comes from the tests."""

pytest_plugins = [
    "tests.fixtures.agent",
    "tests.fixtures.temporal",
    "tests.fixtures.chroma",
    "tests.fixtures.chromium",
    "tests.fixtures.data",
    "tests.fixtures.postgres",
    "tests.fixtures.databases",
    "tests.fixtures.ollama",
]


def pytest_configure() -> None:
    """Forget the settings of the shell that started the run, so that no test meets somebody's real servers."""
    for name in list(os.environ):
        if name.startswith(("HOLDFAST_", "TEMPORAL_", "OTEL_")) and name not in KEPT:
            del os.environ[name]
    os.environ.update(ANONYMIZED_TELEMETRY="False", GRADIO_ANALYTICS_ENABLED="False", NO_COLOR="1", COLUMNS="120")
