package api_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// A transport without the field Protocols may use HTTP/2, and so does a client
// without a transport. Over HTTP/2, net/http repeats requests.
func TestClients_speakHTTP1Only(t *testing.T) {
	t.Parallel()
	files := token.NewFileSet()
	clients := 0
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, _ fs.DirEntry, err error) error {
		folder := filepath.Base(filepath.Dir(path))
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(folder, "test") || folder == "bench" {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.SelectorExpr:
				if isHTTP(node, "DefaultClient") || isHTTP(node, "DefaultTransport") {
					t.Errorf("%s: it may use HTTP/2", files.Position(node.Pos()))
				}
			case *ast.CallExpr:
				if function, ok := node.Fun.(*ast.Ident); ok && function.Name == "new" && (isHTTP(node.Args[0], "Client") || isHTTP(node.Args[0], "Transport")) {
					t.Errorf("%s: it may use HTTP/2", files.Position(node.Pos()))
				}
			case *ast.CompositeLit:
				for typeName, field := range map[string]string{"Client": "Transport", "Transport": "Protocols"} {
					if isHTTP(node.Type, typeName) {
						clients++
						if !hasField(node, field) {
							t.Errorf("%s: the %s sets no %s, so it may use HTTP/2", files.Position(node.Pos()), typeName, field)
						}
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil || clients < 8 {
		t.Errorf("%d clients and transports were found (%v)", clients, err)
	}
}

func isHTTP(node ast.Expr, name string) bool {
	selector, ok := node.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != name {
		return false
	}
	x, ok := selector.X.(*ast.Ident)
	return ok && x.Name == "http"
}

func hasField(literal *ast.CompositeLit, name string) bool {
	for _, element := range literal.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if key, ok := pair.Key.(*ast.Ident); ok && key.Name == name {
			return true
		}
	}
	return false
}
