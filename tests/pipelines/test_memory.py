"""What a process may take: the machine's memory, or less where a container is held to less."""

import tempfile
import unittest
from pathlib import Path

from pipelines.memory import available_memory

GIB = 2**30


class AvailableMemoryTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def group(self, name, limit, used, cached=0):
        self.write(f"sys/fs/cgroup/{name}/memory.max", f"{limit}\n")
        self.write(f"sys/fs/cgroup/{name}/memory.current", f"{used}\n")
        stat = f"anon 12\ninactive_file {cached}\nactive_file 7\n"
        self.write(f"sys/fs/cgroup/{name}/memory.stat", stat)

    def test_without_control_groups_it_is_what_linux_foretells(self):
        self.assertEqual(available_memory(self.root), 8 * GIB)

    def test_a_container_has_what_is_left_of_its_limit(self):
        self.write("proc/self/cgroup", "0::/\n")
        self.group(".", 4 * GIB, 3 * GIB, cached=GIB // 2)

        self.assertEqual(available_memory(self.root), 3 * GIB // 2)

    def test_the_tightest_limit_around_it_counts(self):
        self.write("proc/self/cgroup", "0::/kuleshov.slice/worker\n")
        self.group("kuleshov.slice/worker", "max", GIB)
        self.group("kuleshov.slice", 2 * GIB, GIB)
        self.group("elsewhere", GIB, GIB)

        self.assertEqual(available_memory(self.root), GIB)

    def test_no_limit_and_a_wide_one_change_nothing(self):
        self.write("proc/self/cgroup", "1:name=systemd:/x\n0::/worker\n")
        self.group("worker", 64 * GIB, GIB)

        self.assertEqual(available_memory(self.root), 8 * GIB)

    def test_a_group_over_its_limit_has_nothing_left(self):
        self.write("proc/self/cgroup", "0::/worker\n")
        self.group("worker", GIB, 2 * GIB)

        self.assertEqual(available_memory(self.root), 0)

    def test_on_this_machine_it_is_some_memory_and_not_more_than_there_is(self):
        told = Path("/proc/meminfo").read_text().split()
        total = int(told[told.index("MemTotal:") + 1]) * 1024

        self.assertTrue(0 < available_memory() < total)
