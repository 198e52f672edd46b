"""docker-compose.yml runs the very programs that `make run` and the tests start."""

import re
import unittest
from pathlib import Path
from typing import Any

import yaml

from catalog.celery import GPU, LONG
from catalog.supervisor import commands

BASE = Path(__file__).resolve().parents[2]
SERVICES: dict[str, Any] = yaml.safe_load((BASE / "docker-compose.yml").read_text())[
    "services"
]


def command_of(service: str) -> list[str]:
    """The command, each ${NAME:-default} at its default."""
    words = [str(word) for word in SERVICES[service]["command"]]
    return [re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", word) for word in words]


class ComposeTests(unittest.TestCase):
    def test_the_web_server_is_ours(self):
        self.assertEqual(
            command_of("web"), commands.web_command("0.0.0.0:8000", python="python")
        )

    def test_the_clock_is_ours(self):
        self.assertEqual(command_of("beat"), commands.beat_command(python="python"))

    def test_every_queue_has_its_worker(self):
        cases = {
            "worker": ("default", 2, "default"),
            "worker-interactive": ("interactive", 1, "interactive"),
            "worker-long": ("gpu", 1, "long"),
            "worker-gpu": ("gpu", 1, "gpu"),
        }
        for service, (queues, concurrency, name) in cases.items():
            with self.subTest(service=service):
                wanted = commands.worker_command(
                    queues, concurrency=concurrency, name=name, python="python"
                )
                self.assertEqual(command_of(service), wanted)

    def test_what_runs_once_is_ours(self):
        for service, wanted in {
            "migrate": commands.manage_command(
                "migrate", "--no-input", python="python"
            ),
            "static": commands.manage_command(
                "collectstatic", "--no-input", python="python"
            ),
            "weights": commands.module_command("pipelines.weights", python="python"),
            "components": commands.module_command(
                "pipelines.components", python="python"
            ),
            "clips": commands.module_command("pipelines.retraining", python="python"),
            "artwork": commands.module_command("pipelines.artwork", python="python"),
        }.items():
            with self.subTest(service=service):
                self.assertEqual(command_of(service), wanted)

    def test_the_gpu_worker_is_a_profile_and_the_only_one(self):
        profiles = {name: one.get("profiles") for name, one in SERVICES.items()}

        self.assertEqual(profiles.pop("worker-gpu"), ["gpu"])
        self.assertEqual(set(profiles.values()), {None})

    def test_one_worker_has_the_long_queue_and_gives_way_to_a_gpu_s(self):
        always = {name for name, one in SERVICES.items() if "profiles" not in one}
        having = {
            name for name in always if "gpu" in str(SERVICES[name].get("command"))
        }

        self.assertEqual(having, {"worker-long"})
        # By their names they know one another (tests.catalog.test_giving_way).
        for service, name in (("worker-long", LONG), ("worker-gpu", GPU)):
            self.assertIn(f"{name}%h", command_of(service))
        replicas = SERVICES["worker-long"]["deploy"]["replicas"]
        self.assertEqual(replicas, "${LONG_WORKERS:-1}")

    def test_what_serves_is_checked_for_health_and_runs_as_in_production(self):
        for name in (
            *("database", "broker", "web"),
            *("worker", "worker-interactive", "worker-long"),
        ):
            with self.subTest(service=name):
                self.assertIn("test", SERVICES[name]["healthcheck"])
        self.assertEqual(SERVICES["web"]["environment"]["KULESHOV_PRODUCTION"], "1")

    def test_no_secret_has_a_default(self):
        text = (BASE / "docker-compose.yml").read_text()

        for name in ("POSTGRES_PASSWORD", "KULESHOV_SECRET_KEY", "ALLOWED_HOSTS"):
            with self.subTest(name=name):
                uses = re.findall(rf"\$\{{{name}[^}}]*\}}", text)
                self.assertTrue(uses)
                self.assertTrue(all(f"{name}:?" in use for use in uses), uses)
