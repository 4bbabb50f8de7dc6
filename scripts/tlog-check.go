// Checks a bundle's keys, checkpoint, tiles and entries with golang.org/x/mod/sumdb, which is none of our code.
//
//	go run tlog-check.go BUNDLE ROOT-VKEY
//
// On Debian: apt-get install golang-go golang-golang-x-mod-dev, and GO111MODULE=off GOPATH=/usr/share/gocode before it.
package main

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// tiles reads tlog-tiles from a folder. Their paths are those of package tlog without the height.
type tiles string

func (dir tiles) Height() int                     { return 8 }
func (dir tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (dir tiles) ReadTiles(wanted []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data = append(data, must(os.ReadFile(filepath.Join(string(dir), path))))
	}
	return data, nil
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func open(signed []byte, vkey string) string {
	return must(note.Open(signed, note.VerifierList(must(note.NewVerifier(vkey))))).Text
}

func main() {
	dir, vkey := os.Args[1], os.Args[2]
	steps := strings.Split(string(must(os.ReadFile(filepath.Join(dir, "keys")))), "liuhen/key\n")
	for _, step := range steps[1:] {
		vkey = strings.Split(open([]byte("liuhen/key\n"+step), vkey), "\n")[3]
	}
	lines := strings.Split(open(must(os.ReadFile(filepath.Join(dir, "checkpoint"))), vkey), "\n")
	tree := tlog.Tree{N: must(strconv.ParseInt(lines[1], 10, 64)), Hash: must(tlog.ParseHash(lines[2]))}
	fmt.Println("checkpoint of", tree.N, "entries of", lines[0], "signed by", vkey)

	inTree := tlog.TileHashReader(tree, tiles(dir)) // refuses every tile that does not lead to the root
	folder := filepath.Join(dir, "tile", "entries")
	must(0, filepath.WalkDir(folder, func(path string, found fs.DirEntry, err error) error {
		if err != nil || found.IsDir() {
			return err
		}
		digits, _, _ := strings.Cut(must(filepath.Rel(folder, path)), ".p")
		first := 256 * must(strconv.ParseInt(strings.NewReplacer("x", "", "/", "").Replace(digits), 10, 64))
		n := first
		for data := must(os.ReadFile(path)); len(data) > 0; n++ {
			end := 2 + int(binary.BigEndian.Uint16(data))
			if must(inTree.ReadHashes([]int64{tlog.StoredHashIndex(0, n)}))[0] != tlog.RecordHash(data[2:end]) {
				log.Fatalf("entry %d is not in the tree", n)
			}
			data = data[end:]
		}
		fmt.Println("entries", first, "to", n-1, "are in the tree")
		return nil
	}))
}
