#!/bin/sh
# Runs the example programs in curl that it is given: FILE.out gets what a program
# prints, FILE.err why it failed.
for file; do
	! sh "$file" >"$file.out" 2>"$file.err" || rm "$file.err"
done
