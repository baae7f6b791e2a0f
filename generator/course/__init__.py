"""From the files of a course or of a student's project to what they specify."""
