"""One verb a file: what each command of the command line does, without a word on how it is shown."""
