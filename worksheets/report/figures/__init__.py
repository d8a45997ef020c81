"""The figures of the report, as SVG that stands in the page and follows its colours."""
