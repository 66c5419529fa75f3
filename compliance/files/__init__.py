"""A folder of plain files as evidence: site files, calendar, readings, surveys, documents. No server is needed to judge it."""
