"""What tools/setup/count_tests makes of ctest's reports."""

import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

COUNT = pathlib.Path(__file__).resolve().parents[2] / "tools" / "setup" / "count_tests"
SUMMARY = "[doctest] test cases:  {} |  {} passed | {} failed | {} skipped\n"


class Counts(unittest.TestCase):
    def count(self, *tests):
        """Each is a name, a status, what it said, and perhaps why it was skipped."""
        suite = xml.Element("testsuite")
        for name, status, said, *reason in tests:
            case = xml.SubElement(suite, "testcase", name=name, status=status)
            for message in reason:
                xml.SubElement(case, "skipped", message=message)
            xml.SubElement(case, "system-out").text = said
        with tempfile.TemporaryDirectory() as folder:
            report = pathlib.Path(folder, "report.xml")
            why = pathlib.Path(folder, "why.txt")
            xml.ElementTree(suite).write(report)
            done = subprocess.run([sys.executable, "-B", COUNT, report, why], check=True,
                                  stdout=subprocess.PIPE, text=True)
            passed, failed, skipped, *names = done.stdout.splitlines()
            self.why = why.read_text()
            return int(passed), int(failed), int(skipped), names

    def test_a_case_that_is_a_test_counts_once_whatever_its_program_says(self):
        said = SUMMARY.format(1, 1, 0, 1045)
        self.assertEqual(self.count(("unit_tests:a case", "run", said)), (1, 0, 0, []))

    def test_a_program_that_is_a_test_counts_as_its_cases(self):
        self.assertEqual(self.count(("unit_tests", "run", SUMMARY.format(886, 886, 0, 4))),
                         (886, 0, 4, []))
        self.assertEqual(self.count(("unit_tests", "fail", SUMMARY.format(9, 7, 2, 1))),
                         (7, 2, 1, ["unit_tests"]))

    def test_a_program_that_failed_after_its_cases_has_failed(self):
        self.assertEqual(self.count(("unit_tests", "fail", SUMMARY.format(9, 9, 0, 0))),
                         (9, 1, 0, ["unit_tests"]))

    def test_what_could_not_run_has_failed_and_what_asked_to_be_skipped_has_not(self):
        self.assertEqual(self.count(("a: gone", "notrun", "", "Unable to find executable"),
                                    ("a: skipped", "notrun", "", "SKIP_RETURN_CODE=77"),
                                    ("a: off", "disabled", "")),
                         (0, 1, 2, ["a: gone"]))

    def test_what_failed_is_told_from_its_first_error(self):
        lines = [f"line {number}\n" for number in range(200)]
        lines[100] = "a_test.cpp:7: ERROR: CHECK( no )\n"
        self.count(("a: b", "fail", "".join(lines)))
        self.assertTrue(self.why.startswith("a: b:\nline 96\n"), self.why)  # its case is before it
        self.assertNotIn("line 199", self.why)
        self.count(("a: b", "fail", "".join(lines[101:])))
        self.assertIn("line 199", self.why)


if __name__ == "__main__":
    unittest.main()
