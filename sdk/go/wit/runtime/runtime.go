// Package runtime is what the generated bindings need at run time: memory that
// the host fills, and handles of resources.
package runtime

import (
	"runtime"
	"unsafe"
)

// received keeps what the host allocated alive. The garbage collector does not
// see it before the bindings have made Go values of it.
var received runtime.Pinner

// Unpin leaves all that the host allocated to the garbage collector, which
// frees what no Go value refers to. Bindings call it when a hook starts.
func Unpin() { received.Unpin() }

// Allocate gives memory that lives as long as the pinner holds it.
func Allocate(pinner *runtime.Pinner, size, align uintptr) unsafe.Pointer {
	if size == 0 {
		return nil
	}
	if align > 8 {
		panic("no type of the element API is aligned to more than eight bytes")
	}
	memory := unsafe.Pointer(unsafe.SliceData(make([]uint64, (size+7)/8)))
	pinner.Pin(memory)
	return memory
}

// The host allocates what it returns with this.
//
//go:wasmexport cabi_realloc
func realloc(old unsafe.Pointer, oldSize, align, size uintptr) unsafe.Pointer {
	memory := Allocate(&received, size, align)
	copy(unsafe.Slice((*byte)(memory), size), unsafe.Slice((*byte)(old), oldSize))
	return memory
}

// Handle is the host's number of a resource; 0 is none.
type Handle struct {
	number int32
}

// MakeHandle holds a number.
func MakeHandle(number int32) *Handle { return &Handle{number} }

// Use is the number, for a call.
func (h *Handle) Use() int32 {
	if h.number == 0 {
		panic("the resource was dropped, or given away")
	}
	return h.number
}

// Take is the number, which the handle then does not have any more.
func (h *Handle) Take() int32 {
	number := h.Use()
	h.number = 0
	return number
}

// TakeOrNil is like Take, and 0 where there is no number any more.
func (h *Handle) TakeOrNil() int32 {
	number := h.number
	h.number = 0
	return number
}

// Set gives a handle without a number one.
func (h *Handle) Set(number int32) {
	if h.number != 0 {
		panic("the handle has a resource already")
	}
	h.number = number
}
