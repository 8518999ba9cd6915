# What Doxygen reads of a header: all but what needs no words, since everybody knows it.
# A line stays a line, so that warnings name the right one.
# Copying, moving and ending
s/^ *(explicit )?(\w+)\((const )?\2&{1,2}( \w+)?\)( noexcept)?( = default| = delete)?;.*//
s/^ *(\w+)& operator=\((const )?\1&{1,2}( \w+)?\)( noexcept)?( = default| = delete)?;.*//
s/^ *\w+\(\)( noexcept)? = default;//
# Comparing
s/^  +(friend )?bool operator==\(.*[;}]( *\/\/.*)?$//
# Ranges
s/^ *using (value_type|Iterator|List) = .*//
s/^ *Iterator begin\(\) \{.*\}//
s/^ *static std::default_sentinel_t end\(\) .*//
