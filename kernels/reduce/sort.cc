// sort.cc: stable sorting and top-k of rows. Elements become unsigned keys whose order is the wanted one (NaN above all, -0 equal to
// 0); long rows are sorted by radix, short ones by insertion.
#include <cstring>

#include "hone.h"
#include "support/dtype.h"
#include "support/memory.h"
#include "support/parallel.h"

using namespace hone;

namespace {

template <class T> struct KeyOf {
  using K = uint32_t;
};
template <> struct KeyOf<double> {
  using K = uint64_t;
};
template <> struct KeyOf<int64_t> {
  using K = uint64_t;
};
template <> struct KeyOf<uint8_t> {
  using K = uint8_t;
};

template <class T> inline typename KeyOf<T>::K key_of(T x) {
  using K = typename KeyOf<T>::K;
  constexpr K top = K(K(1) << (sizeof(K) * 8 - 1));
  if constexpr (std::is_floating_point<T>::value) {
    if (x != x) return K(~K(0));
    x += T(0); // -0 becomes 0
    K bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits & top ? K(~bits) : K(bits | top);
  } else {
    return std::is_signed<T>::value ? K(K(x) ^ top) : K(x);
  }
}

template <class K, class I> struct Entry {
  K key;
  I index;
};

constexpr hone_int kInsertion = 48;

// Sorts entry[n] by key, keeping the order of equals; spare[n] is room to work in.
template <class E> void sort_entries(E *entry, E *spare, hone_int n) {
  if (n <= kInsertion) {
    for (hone_int i = 1; i < n; i++) {
      const E x = entry[i];
      hone_int j = i;
      for (; j > 0 && x.key < entry[j - 1].key; j--) entry[j] = entry[j - 1];
      entry[j] = x;
    }
    return;
  }
  constexpr int kDigits = int(sizeof(entry->key));
  size_t count[kDigits][256] = {};
  for (hone_int i = 0; i < n; i++)
    for (int d = 0; d < kDigits; d++) count[d][(entry[i].key >> (8 * d)) & 255]++;
  E *from = entry, *to = spare;
  for (int d = 0; d < kDigits; d++) {
    if (count[d][(entry[0].key >> (8 * d)) & 255] == size_t(n)) continue; // all the same here
    size_t at = 0;
    for (size_t &c : count[d]) {
      const size_t here = c;
      c = at;
      at += here;
    }
    for (hone_int i = 0; i < n; i++) to[count[d][(from[i].key >> (8 * d)) & 255]++] = from[i];
    E *t = from;
    from = to;
    to = t;
  }
  if (from != entry) std::memcpy(entry, from, size_t(n) * sizeof(E));
}

// The k smallest keys of a row, in order, lowest index first among equals: a heap with the worst of them on top.
template <class E> inline bool worse(const E &a, const E &b) { return a.key > b.key || (a.key == b.key && a.index > b.index); }
template <class E> void sift_down(E *heap, hone_int n, hone_int i, const E x) {
  for (;;) {
    hone_int child = 2 * i + 1;
    if (child >= n) break;
    if (child + 1 < n && worse(heap[child + 1], heap[child])) child++;
    if (!worse(heap[child], x)) break;
    heap[i] = heap[child];
    i = child;
  }
  heap[i] = x;
}
template <class K, class I, class T> void select_entries(Entry<K, I> *heap, const T *a, K flip, hone_int len, hone_int k) {
  using E = Entry<K, I>;
  for (hone_int i = 0; i < k; i++) heap[i] = {K(key_of(a[i]) ^ flip), I(i)};
  for (hone_int i = k / 2 - 1; i >= 0; i--) sift_down(heap, k, i, E(heap[i]));
  for (hone_int i = k; i < len; i++) {
    const K key = K(key_of(a[i]) ^ flip);
    if (key < heap[0].key) sift_down(heap, k, 0, E{key, I(i)}); // an equal key comes later and loses
  }
  for (hone_int n = k - 1; n > 0; n--) {
    const E last = heap[n];
    heap[n] = heap[0];
    sift_down(heap, n, 0, last);
  }
}

// The first k of each row in key order; k == len is a sort. flip: all ones reverses the order.
template <class I, class T>
int32_t order_rows(const char *name, T *values, int64_t *indices, const T *a, hone_int rows, hone_int len, hone_int k, bool reverse) {
  using K = typename KeyOf<T>::K;
  using E = Entry<K, I>;
  if (rows <= 0 || k <= 0) return HONE_OK;
  const K flip = reverse ? K(~K(0)) : K(0);
  const bool heap = k < len && k <= len / 8 && k <= 4096;
  const hone_int grain = 2048 / len + 1;
  // Each range allocates for itself; the first failure is what counts.
  bool failed = false;
  parallel_for(rows, grain, [&](hone_int begin, hone_int end) {
    const hone_int room = heap ? k : 2 * len;
    const Memory<E> memory(room);
    E *const entry = memory.get();
    if (!entry) {
      __atomic_store_n(&failed, true, __ATOMIC_RELAXED);
      return;
    }
    for (hone_int row = begin; row < end; row++) {
      const T *from = a + row * len;
      if (heap) {
        select_entries<K, I>(entry, from, flip, len, k);
      } else {
        for (hone_int i = 0; i < len; i++) entry[i] = {K(key_of(from[i]) ^ flip), I(i)};
        sort_entries(entry, entry + len, len);
      }
      if (indices)
        for (hone_int i = 0; i < k; i++) indices[row * k + i] = int64_t(entry[i].index);
      if (values)
        for (hone_int i = 0; i < k; i++) values[row * k + i] = from[entry[i].index];
    }
  });
  return failed ? no_memory(name) : HONE_OK;
}

int32_t order(const char *name, int32_t dtype, void *values, void *indices, const void *a, hone_int rows, hone_int len, hone_int k, bool reverse) {
  return for_dtypes(dtype, name, [&](auto zero) -> int32_t {
    using T = Plain<decltype(zero)>;
    auto *v = static_cast<T *>(values);
    auto *i = static_cast<int64_t *>(indices);
    auto *from = static_cast<const T *>(a);
    if (sizeof(hone_int) > 4 && len > std::numeric_limits<int32_t>::max()) return order_rows<uint64_t>(name, v, i, from, rows, len, k, reverse);
    return order_rows<uint32_t>(name, v, i, from, rows, len, k, reverse);
  });
}

} // namespace

HONE_KERNEL(sort)(int32_t dtype, void *values, void *indices_i64, const void *a, hone_int rows, hone_int len, int32_t descending) {
  return order("sort", dtype, values, indices_i64, a, rows, len, len, descending != 0);
}

HONE_KERNEL(topk)(int32_t dtype, void *values, void *indices_i64, const void *a, hone_int rows, hone_int len, hone_int k,
                  int32_t largest) {
  if (k < 0 || k > len) return fail(HONE_E_INVALID, "topk: k is %lld, rows have %lld elements", (long long)k, (long long)len);
  return order("topk", dtype, values, indices_i64, a, rows, len, k, largest != 0);
}
