{
  "targets": [
    {
      "target_name": "sepet",
      "sources": [
        "native/core/simd/kernels.cc",
        "native/core/simd/scalar.cc",
        "native/core/simd/avx2.cc",
        "native/core/simd/avx512.cc",
        "native/core/simd/neon.cc",
        "native/core/file/crc32c.cc",
        "native/core/file/mapping.cc",
        "native/core/file/registry.cc",
        "native/core/file/writer.cc",
        "native/core/hnsw/rowset.cc",
        "native/core/hnsw/graph.cc",
        "native/core/hnsw/insert.cc",
        "native/core/hnsw/shape.cc",
        "native/core/hnsw/repair.cc",
        "native/core/hnsw/build.cc",
        "native/core/hnsw/search.cc",
        "native/core/hnsw/scan.cc",
        "native/core/hnsw/filter.cc",
        "native/core/diversity/choose.cc",
        "native/core/word2vec/alias.cc",
        "native/core/word2vec/block.cc",
        "native/core/word2vec/train.cc",
        "native/core/word2vec/validate.cc",
        "native/binding/node.cc",
        "native/binding/module.cc",
        "native/binding/info.cc",
        "native/binding/file.cc",
        "native/binding/index.cc",
        "native/binding/graph.cc",
        "native/binding/diversity.cc",
        "native/binding/word2vec.cc"
      ],
      "include_dirs": ["native", "<!@(node -p \"require('node-addon-api').include\")"],
      "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_DISABLE_DEPRECATED"],
      "cflags_cc!": ["-std=gnu++17", "-fno-rtti"],
      "cflags_cc": ["-std=c++20", "-O3", "-fexceptions"],
      "cflags!": ["-fno-exceptions"],
      "xcode_settings": {
        "CLANG_CXX_LANGUAGE_STANDARD": "c++20",
        "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
        "MACOSX_DEPLOYMENT_TARGET": "11.0"
      }
    }
  ]
}
