package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// titleArgument is the position of the title in the arguments of a function of
// package diagnose, and the prefix that the function adds.
var titleArgument = map[string]struct {
	position int
	prefix   string
}{
	"Error":            {0, "Unable to "},
	"Warning":          {0, "Unable to "},
	"Warn":             {0, ""},
	"Fail":             {0, ""},
	"AttributeError":   {1, ""},
	"AttributeWarning": {1, ""},
}

// Users search for the title of an error, so each must have a row.
func TestTroubleshooting_hasEveryTitle(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../templates/guides/troubleshooting.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]bool{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([^|]+) \| [^|]+ \| [^|]+ \|$`).FindAllStringSubmatch(string(page), -1) {
		for title := range strings.SplitSeq(row[1], " · ") {
			rows[title] = true
		}
	}
	delete(rows, "title")
	if diff := cmp.Diff(titles(t), slices.Sorted(maps.Keys(rows))); diff != "" {
		t.Errorf("titles in the code (-) and rows of the guide (+):\n%s", diff)
	}
}

// titles returns the titles of all errors and warnings of the provider.
func titles(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	for _, root := range []string{"../clients", "../provider", "../service"} {
		err := filepath.WalkDir(root, func(file string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
				return err
			}
			for _, title := range titlesOf(t, file) {
				found[title] = true
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func titlesOf(t *testing.T, file string) (titles []string) {
	t.Helper()
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return true
		}
		function, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if pkg, ok := function.X.(*ast.Ident); !ok || pkg.Name != "diagnose" {
			return true
		}
		argument, ok := titleArgument[function.Sel.Name]
		if !ok {
			return true
		}
		title, ok := literal(call.Args[argument.position])
		if !ok {
			t.Errorf("%s: write the title as a string, so that this test can read it", files.Position(call.Pos()))
		}
		titles = append(titles, argument.prefix+title)
		return true
	})
	return titles
}

// literal returns a string or a constant of the same file. For a concatenation
// it returns the first string with an ellipsis for the rest.
func literal(e ast.Expr) (string, bool) {
	if name, ok := e.(*ast.Ident); ok && name.Obj != nil {
		if constant, ok := name.Obj.Decl.(*ast.ValueSpec); ok && len(constant.Values) == 1 {
			return literal(constant.Values[0])
		}
	}
	if sum, ok := e.(*ast.BinaryExpr); ok {
		start, ok := literal(sum.X)
		return strings.TrimSuffix(start, "…") + "…", ok
	}
	basic, ok := e.(*ast.BasicLit)
	if !ok || basic.Kind != token.STRING {
		return "", false
	}
	value, err := strconv.Unquote(basic.Value)
	return value, err == nil
}
