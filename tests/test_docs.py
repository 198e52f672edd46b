"""The docs name what there is: settings in the README, commands in docs/cli.md."""

import re
import unittest

from catalog.environment import BASE

SETTINGS = ("catalog/settings.py", "catalog/environment.py")
NAMES = re.compile(
    r'"((?:KULESHOV_|IMPORT_|ALLOWED_|CSRF_TRUSTED|DATABASE_U|BROKER_U)\w*)"'
)


class DocsTests(unittest.TestCase):
    def test_every_setting_is_in_the_readme(self):
        readme = (BASE / "README.md").read_text()
        named = {
            n for file in SETTINGS for n in NAMES.findall((BASE / file).read_text())
        }

        self.assertGreater(len(named), 10)
        self.assertEqual(
            [name for name in sorted(named) if f"`{name}`" not in readme], []
        )

    def test_every_command_is_on_the_page_of_the_command_line(self):
        page = (BASE / "docs" / "cli.md").read_text()
        commands = (BASE / "catalog" / "management" / "commands").glob("[a-z]*.py")

        for command in commands:
            with self.subTest(command.stem):
                self.assertIn(f"| `{command.stem}", page)

    def test_every_link_of_the_docs_leads_somewhere(self):
        for page in [BASE / "README.md", *(BASE / "docs").glob("*.md")]:
            for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
                with self.subTest(page=page.name, target=target):
                    self.assertTrue((page.parent / target).exists())
