package main

import (
	"bytes"
	"testing"
	"testing/fstest"
)

func TestRun(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"README.md":          {Data: []byte("Give it up.\n```\nanew\n```\nThe provider waits.")},
		"docs/index.md":      {Data: []byte("Four plain words follow.")},
		"docs/index.zh.md":   {Data: []byte("anew")},
		"templates/index.md": {Data: []byte("anew")},
		"a/b.go":             {Data: []byte("package b\n\n// B is ordered anew.\nvar B = \"shall\"")},
	}
	var out bytes.Buffer
	if err := run(&out, files, true); err != nil {
		t.Fatal(err)
	}
	want := "README.md:1: Give it up\na/b.go:3: anew\n" +
		"Unusual phrases per 1,000 words: documentation 100.0 (1), comments 250.0 (1)\n"
	if got := out.String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
