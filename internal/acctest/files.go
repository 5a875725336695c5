package acctest

import (
	"archive/zip"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Files returns the content of every file below the working directory, by its
// path with slashes. For a plan file, which is an archive, it returns the files
// inside, such as "plan/tfplan".
func (c *CLI) Files() map[string]string {
	c.t.Helper()
	files := map[string]string{}
	collect(c.t, os.DirFS(c.Dir), "", files)
	for name := range files {
		archive, err := zip.OpenReader(filepath.Join(c.Dir, filepath.FromSlash(name)))
		if err != nil {
			continue // Most files are not archives.
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
