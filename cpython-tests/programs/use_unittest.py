"""A unittest module with each outcome; run by -m unittest -v."""

import unittest
from unittest import mock


def setUpModule():
    print("module set up")


class Outcomes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print("class set up")
        cls.addClassCleanup(print, "class cleaned up")

    def setUp(self):
        self.addCleanup(print, "cleaned up")

    def test_equal(self):
        self.assertEqual([1, 2, {"a": (3, 4)}], [1, 2, {"a": (3, 5)}])

    def test_text(self):
        self.assertEqual("one\ntwo\nthree\n", "one\n2\nthree\n", "with a message")

    def test_pass(self):
        with self.assertRaisesRegex(ValueError, "invalid literal"):
            int("x")
        with self.assertWarns(DeprecationWarning):
            import warnings

            warnings.warn("old", DeprecationWarning)
        with self.assertLogs("a.b", "INFO") as logs:
            import logging

            logging.getLogger("a.b").warning("careful %d", 3)
        self.assertEqual(logs.output, ["WARNING:a.b:careful 3"])

    def test_subtests(self):
        for i in range(4):
            with self.subTest(i=i):
                self.assertEqual(i % 2, 0)

    @unittest.skip("because")
    def test_skipped(self):
        pass

    @unittest.expectedFailure
    def test_expected(self):
        self.assertIn(1, [2])

    @unittest.expectedFailure
    def test_unexpected(self):
        pass

    def test_error(self):
        raise KeyError("lost")

    def test_mock(self):
        m = mock.MagicMock(spec=dict)
        m.__getitem__.return_value = 5
        self.assertEqual(m["x"], 5)
        m.get("a", b=1)
        m.get.assert_called_once_with("a", b=1)
        with mock.patch("os.getcwd", return_value="here") as p:
            import os

            self.assertEqual(os.getcwd(), "here")
        print(p.mock_calls, m.mock_calls)
        m.get.assert_called_with("z")


class Async(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        print("async set up")

    async def test_await(self):
        import asyncio

        await asyncio.sleep(0)
        self.assertTrue(True)
