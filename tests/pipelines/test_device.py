import unittest

import torch

from pipelines.jobs import LONGEST_DEVICE, device, processor


class DeviceTests(unittest.TestCase):
    def test_a_processor_is_named_with_what_torch_takes_of_it(self):
        said = processor()
        self.assertTrue(said.endswith(f"{torch.backends.cpu.get_cpu_capability()})"))
        self.assertRegex(said, r"^\w.+ \(")
        self.assertLessEqual(len(said), LONGEST_DEVICE)

    @unittest.skipIf(torch.cuda.is_available(), "this machine computes on a GPU")
    def test_it_is_the_device_where_there_is_no_other(self):
        self.assertEqual(device(), processor())
