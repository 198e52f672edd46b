"""Writing XML: elements in their order, stable bytes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

Element = ET.Element


def child(parent: Element, tag: str, text: object = None, **attributes: str) -> Element:
    """Add an element, with text or attributes."""
    element = ET.SubElement(parent, tag, attributes)
    if text is not None:
        element.text = str(text)
    return element


def document(root: Element, doctype: str) -> bytes:
    """The whole file, indented, with its declaration and document type."""
    ET.indent(root)
    body = ET.tostring(root, encoding="unicode")
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE {doctype}>\n'
    return f"{head}{body}\n".encode()
