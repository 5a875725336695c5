package acctest

import (
	"archive/zip"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Files returns what each file below the working directory holds, by its
// slashed name. Of a plan file, which is compressed, it returns the files
// inside: "plan/tfplan".
func (c *CLI) Files() map[string]string {
	c.t.Helper()
	files := map[string]string{}
	collect(c.t, os.DirFS(c.Dir), "", files)
	for name := range files {
		archive, err := zip.OpenReader(filepath.Join(c.Dir, filepath.FromSlash(name)))
		if err != nil {
			continue // Most are no archives.
		}
		delete(files, name)
		collect(c.t, archive, name+"/", files)
		if err := archive.Close(); err != nil {
			c.t.Fatal(err)
		}
	}
	return files
}

func collect(t testing.TB, from fs.FS, prefix string, into map[string]string) {
	t.Helper()
	err := fs.WalkDir(from, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := fs.ReadFile(from, name)
		into[prefix+name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
