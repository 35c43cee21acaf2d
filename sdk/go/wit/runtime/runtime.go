// Package runtime is what the generated bindings need at run time: memory that
// the host fills, and handles of resources.
package runtime

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"unsafe"
)

// received keeps what the host allocated alive. The garbage collector does not
// see it before the bindings have made Go values of it, which they do before
// anything else runs.
var received runtime.Pinner

// Unpin leaves all that the host allocated to the garbage collector, which
// frees what no Go value refers to. Bindings call it when a hook starts.
func Unpin() { received.Unpin() }

// Allocate gives the bindings memory that lives as long as the pinner holds it.
func Allocate(pinner *runtime.Pinner, size, align uintptr) unsafe.Pointer {
	Unpin()
	collect()
	return allocate(pinner, size, align)
}

func allocate(pinner *runtime.Pinner, size, align uintptr) unsafe.Pointer {
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

// The garbage collector asks for the time, and nothing may be asked of the host
// while it allocates what it returns. So it does not run by itself: the
// bindings look before each call whether it should.
const (
	callsBetweenLooks  = 64
	bytesBetweenLooks  = 4 << 20
	leastHeapToCollect = 16 << 20
)

var (
	calls         int
	bytesReceived uintptr
	heapToCollect uint64 = leastHeapToCollect
	heap                 = []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
)

func collect() {
	calls++
	if calls%callsBetweenLooks != 0 && bytesReceived < bytesBetweenLooks {
		return
	}
	bytesReceived = 0
	if heapSize() >= heapToCollect {
		runtime.GC()
		heapToCollect = max(2*heapSize(), leastHeapToCollect)
	}
}

func heapSize() uint64 {
	metrics.Read(heap)
	return heap[0].Value.Uint64()
}

// The WASI adapter allocates its state and its stack while Go's runtime starts,
// when there is no heap yet: it gets them here, where the heap will never be.
var (
	early     [512 << 10]byte
	earlyUsed uintptr
	started   bool
)

func init() {
	debug.SetGCPercent(-1)
	started = true
}

// The host allocates what it returns with this.
//
//go:wasmexport cabi_realloc
func realloc(old unsafe.Pointer, oldSize, align, size uintptr) unsafe.Pointer {
	if !started {
		return allocateEarly(align, size)
	}
	bytesReceived += size
	memory := allocate(&received, size, align)
	copy(unsafe.Slice((*byte)(memory), size), unsafe.Slice((*byte)(old), oldSize))
	return memory
}

//go:nosplit
func allocateEarly(align, size uintptr) unsafe.Pointer {
	base := uintptr(unsafe.Pointer(&early))
	start := (base+earlyUsed+align-1)&^(align-1) - base
	if start+size > uintptr(len(early)) {
		return nil
	}
	earlyUsed = start + size
	return unsafe.Pointer(&early[start])
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
