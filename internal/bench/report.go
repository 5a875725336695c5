package main

import (
	"cmp"
	"fmt"
	"slices"
)

// median returns the middle value, or the lower one of two middle values.
func median[T cmp.Ordered](values []T) T {
	return slices.Sorted(slices.Values(values))[(len(values)-1)/2]
}

// ratio formats the medians of one quantity and their ratio.
func ratio(provider, stock []usage, of func(usage) float64, format string) string {
	p, s := medianOf(provider, of), medianOf(stock, of)
	return fmt.Sprintf(format+" / "+format+" = %.2f", p, s, p/s)
}

func medianOf(samples []usage, of func(usage) float64) float64 {
	values := make([]float64, len(samples))
	for i, sample := range samples {
		values[i] = of(sample)
	}
	return median(values)
}
