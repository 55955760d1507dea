// Verifies an exported log by the Go project's own packages, of which none is ours.
//
//	verify_log FOLDER KEY
//
// The checkpoint is opened by note.Open, its body is parsed here. Every tile is compared with the root by
// tlog.TileHashReader, every leaf by tlog.CheckRecord, and the tree of every size by tlog.CheckTree with the
// whole one. The proofs are printed, to be compared with those that the log gives.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// tiles reads the tiles of a folder.
type tiles struct{ folder string }

func (t tiles) Height() int { return height }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range wanted {
		// A path of theirs names the height of a tile, too.
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
		content, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			return nil, err
		}
		read = append(read, content)
	}
	return read, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// leaves reads the bundles of leaves of a folder.
func leaves(folder string, size int64) [][]byte {
	var read [][]byte
	for number := int64(0); int64(len(read)) < size; number++ {
		width := size - int64(len(read))
		if width > 1<<height {
			width = 1 << height
		}
		tile := tlog.Tile{H: height, L: -1, N: number, W: int(width)}
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/data", height), "tile/entries", 1)
		bundle, err := os.ReadFile(filepath.Join(folder, path))
		check(err)
		for len(bundle) > 0 {
			length := int(binary.BigEndian.Uint16(bundle))
			read = append(read, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
	}
	return read
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func told(what string, number int64, proof []tlog.Hash) {
	fmt.Print(what, " ", number)
	for _, hash := range proof {
		fmt.Print(" ", hash)
	}
	fmt.Println()
}

func main() {
	folder, key := os.Args[1], os.Args[2]
	verifier, err := note.NewVerifier(key)
	check(err)
	signed, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	check(err)
	opened, err := note.Open(signed, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		log.Fatal("the origin is not the name of the key")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	content, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	var root tlog.Hash
	copy(root[:], content)
	hashes := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tiles{folder})
	for index, leaf := range leaves(folder, size) {
		proof, err := tlog.ProveRecord(size, int64(index), hashes)
		check(err)
		check(tlog.CheckRecord(proof, size, root, int64(index), tlog.RecordHash(leaf)))
		told("record", int64(index), proof)
	}
	for old := int64(1); old <= size; old++ {
		before, err := tlog.TreeHash(old, hashes)
		check(err)
		proof, err := tlog.ProveTree(size, old, hashes)
		check(err)
		check(tlog.CheckTree(proof, size, root, old, before))
		told("tree", old, proof)
	}
}
