(module
 (type $0 (func (param f64 f64 f64) (result f64)))
 (type $1 (func (param i32 i32 i32 f32)))
 (type $2 (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32)))
 (type $3 (func (param i32 i32 i32 i32 i32 i32 i32)))
 (type $4 (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 f64 f64 f64 f64 f64 f64 i32 f64 f64)))
 (memory $0 0)
 (export "affineLinear" (func $src/simd/assembly/affine/affineLinear))
 (export "resizeColumns" (func $src/simd/assembly/resizeColumns/resizeColumns))
 (export "resizeRows" (func $src/simd/assembly/resizeRows/resizeRows))
 (export "scaleBytes" (func $src/simd/assembly/scale/scaleBytes))
 (export "memory" (memory $0))
 (func $src/simd/insideCoordinate/insideCoordinate (param $0 f64) (param $1 f64) (param $2 f64) (result f64)
  (local $3 f64)
  local.get $1
  f64.const -1
  f64.add
  local.tee $3
  local.get $0
  f64.ge
  local.get $0
  f64.const 0
  f64.ge
  i32.and
  if
   local.get $0
   return
  end
  local.get $2
  f64.const 0
  f64.eq
  if
   f64.const -2
   return
  end
  local.get $3
  f64.const 0
  f64.eq
  if
   f64.const 0
   return
  end
  local.get $2
  f64.const 1
  f64.eq
  if
   f64.const 0
   local.get $3
   local.get $0
   f64.const 0
   f64.lt
   select
   return
  end
  local.get $2
  f64.const 3
  f64.eq
  if
   local.get $0
   f64.const 0
   f64.lt
   if (result f64)
    local.get $0
    local.get $3
    local.get $0
    f64.neg
    local.get $3
    f64.div
    f64.trunc
    f64.const 1
    f64.add
    f64.mul
    f64.add
   else
    local.get $0
    local.get $3
    local.get $0
    local.get $3
    f64.div
    f64.trunc
    f64.mul
    f64.sub
   end
   return
  end
  local.get $1
  local.get $1
  f64.add
  local.set $2
  local.get $0
  f64.const 0
  f64.lt
  if
   local.get $0
   local.get $2
   f64.neg
   f64.lt
   if
    local.get $0
    local.get $2
    local.get $0
    f64.neg
    local.get $2
    f64.div
    f64.trunc
    f64.mul
    f64.add
    local.set $0
   end
   local.get $0
   local.get $2
   f64.add
   f64.const -1
   local.get $0
   f64.sub
   local.get $0
   local.get $1
   f64.neg
   f64.lt
   select
   return
  end
  local.get $2
  local.get $0
  local.get $2
  local.get $0
  local.get $2
  f64.div
  f64.trunc
  f64.mul
  f64.sub
  local.tee $0
  f64.sub
  f64.const -1
  f64.add
  local.get $0
  local.get $0
  local.get $1
  f64.ge
  select
 )
 (func $src/simd/assembly/scale/scaleBytes (param $0 i32) (param $1 i32) (param $2 i32) (param $3 f32)
  (local $4 v128)
  (local $5 i32)
  (local $6 v128)
  (local $7 v128)
  local.get $3
  f32x4.splat
  local.set $4
  loop $for-loop|0
   local.get $2
   local.get $5
   i32.gt_s
   if
    local.get $1
    local.get $0
    v128.load
    local.tee $6
    i16x8.extend_low_i8x16_u
    local.tee $7
    i32x4.extend_low_i16x8_u
    f32x4.convert_i32x4_u
    local.get $4
    f32x4.div
    v128.store
    local.get $1
    local.get $7
    i32x4.extend_high_i16x8_u
    f32x4.convert_i32x4_u
    local.get $4
    f32x4.div
    v128.store offset=16
    local.get $1
    local.get $6
    i16x8.extend_high_i8x16_u
    local.tee $6
    i32x4.extend_low_i16x8_u
    f32x4.convert_i32x4_u
    local.get $4
    f32x4.div
    v128.store offset=32
    local.get $1
    local.get $6
    i32x4.extend_high_i16x8_u
    f32x4.convert_i32x4_u
    local.get $4
    f32x4.div
    v128.store offset=48
    local.get $0
    i32.const 16
    i32.add
    local.set $0
    local.get $1
    i32.const -64
    i32.sub
    local.set $1
    local.get $5
    i32.const 16
    i32.add
    local.set $5
    br $for-loop|0
   end
  end
 )
 (func $src/simd/assembly/resizeRows/resizeRows (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32) (param $7 i32) (param $8 i32)
  (local $9 i32)
  (local $10 i32)
  (local $11 i32)
  (local $12 i32)
  (local $13 i32)
  (local $14 i32)
  (local $15 v128)
  (local $16 i32)
  (local $17 i32)
  (local $18 i32)
  (local $19 i32)
  (local $20 v128)
  (local $21 i32)
  (local $22 i32)
  (local $23 i32)
  (local $24 v128)
  (local $25 v128)
  (local $26 i32)
  local.get $8
  local.get $4
  local.get $7
  i32.mul
  i32.const 1
  i32.shl
  i32.add
  local.set $10
  loop $for-loop|0
   local.get $3
   local.get $17
   i32.gt_s
   if
    local.get $5
    i32.const 3
    i32.eq
    if
     local.get $2
     local.set $12
     local.get $6
     local.set $11
     local.get $8
     local.set $9
     local.get $10
     local.set $13
     local.get $7
     i32.const 1
     i32.shl
     local.set $16
     i32.const 0
     local.set $22
     loop $for-loop|00
      local.get $4
      local.get $22
      i32.gt_s
      if
       local.get $0
       local.get $11
       i32.load
       i32.add
       local.set $23
       v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
       local.set $20
       v128.const i32x4 0x00200000 0x00200000 0x00200000 0x00200000
       local.set $15
       i32.const 0
       local.set $14
       loop $for-loop|1
        local.get $14
        local.get $16
        i32.lt_u
        if
         local.get $20
         local.get $23
         v128.load
         local.tee $20
         v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
         i8x16.shuffle 0 16 3 16 1 16 4 16 2 16 5 16 16 16 16 16
         local.tee $24
         local.get $9
         local.get $14
         i32.add
         local.tee $18
         v128.load32_splat
         i32x4.dot_i16x8_s
         i32x4.add
         local.get $20
         v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
         i8x16.shuffle 6 16 9 16 7 16 10 16 8 16 11 16 16 16 16 16
         local.tee $25
         local.get $18
         v128.load32_splat offset=4
         i32x4.dot_i16x8_s
         i32x4.add
         local.set $20
         local.get $15
         local.get $24
         local.get $13
         local.get $14
         i32.add
         local.tee $18
         v128.load32_splat
         i32x4.dot_i16x8_s
         i32x4.add
         local.get $25
         local.get $18
         v128.load32_splat offset=4
         i32x4.dot_i16x8_s
         i32x4.add
         local.set $15
         local.get $23
         i32.const 12
         i32.add
         local.set $23
         local.get $14
         i32.const 8
         i32.add
         local.set $14
         br $for-loop|1
        end
       end
       local.get $12
       local.get $20
       i32.const 11
       i32x4.shl
       local.get $15
       i32x4.add
       i32.const 22
       i32x4.shr_s
       local.tee $15
       local.get $15
       i16x8.narrow_i32x4_s
       local.tee $15
       local.get $15
       i8x16.narrow_i16x8_u
       v128.store32_lane 0
       local.get $12
       i32.const 3
       i32.add
       local.set $12
       local.get $11
       i32.const 4
       i32.add
       local.set $11
       local.get $9
       local.get $16
       i32.add
       local.set $9
       local.get $13
       local.get $16
       i32.add
       local.set $13
       local.get $22
       i32.const 1
       i32.add
       local.set $22
       br $for-loop|00
      end
     end
    else
     local.get $5
     i32.const 4
     i32.eq
     if
      local.get $2
      local.set $12
      local.get $6
      local.set $11
      local.get $8
      local.set $9
      local.get $10
      local.set $13
      local.get $7
      i32.const 1
      i32.shl
      local.set $16
      i32.const 0
      local.set $22
      loop $for-loop|01
       local.get $4
       local.get $22
       i32.gt_s
       if
        local.get $0
        local.get $11
        i32.load
        i32.add
        local.set $23
        v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
        local.set $20
        v128.const i32x4 0x00200000 0x00200000 0x00200000 0x00200000
        local.set $15
        i32.const 0
        local.set $14
        loop $for-loop|12
         local.get $14
         local.get $16
         i32.lt_u
         if
          local.get $20
          local.get $23
          v128.load
          local.tee $20
          v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
          i8x16.shuffle 0 16 4 16 1 16 5 16 2 16 6 16 3 16 7 16
          local.tee $24
          local.get $9
          local.get $14
          i32.add
          local.tee $18
          v128.load32_splat
          i32x4.dot_i16x8_s
          i32x4.add
          local.get $20
          v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
          i8x16.shuffle 8 16 12 16 9 16 13 16 10 16 14 16 11 16 15 16
          local.tee $25
          local.get $18
          v128.load32_splat offset=4
          i32x4.dot_i16x8_s
          i32x4.add
          local.set $20
          local.get $15
          local.get $24
          local.get $13
          local.get $14
          i32.add
          local.tee $18
          v128.load32_splat
          i32x4.dot_i16x8_s
          i32x4.add
          local.get $25
          local.get $18
          v128.load32_splat offset=4
          i32x4.dot_i16x8_s
          i32x4.add
          local.set $15
          local.get $23
          i32.const 16
          i32.add
          local.set $23
          local.get $14
          i32.const 8
          i32.add
          local.set $14
          br $for-loop|12
         end
        end
        local.get $12
        local.get $20
        i32.const 11
        i32x4.shl
        local.get $15
        i32x4.add
        i32.const 22
        i32x4.shr_s
        local.tee $15
        local.get $15
        i16x8.narrow_i32x4_s
        local.tee $15
        local.get $15
        i8x16.narrow_i16x8_u
        v128.store32_lane 0
        local.get $12
        i32.const 4
        i32.add
        local.set $12
        local.get $11
        i32.const 4
        i32.add
        local.set $11
        local.get $9
        local.get $16
        i32.add
        local.set $9
        local.get $13
        local.get $16
        i32.add
        local.set $13
        local.get $22
        i32.const 1
        i32.add
        local.set $22
        br $for-loop|01
       end
      end
     else
      local.get $5
      i32.const 1
      i32.eq
      if
       local.get $2
       local.set $9
       local.get $6
       local.set $13
       local.get $8
       local.set $12
       local.get $10
       local.set $11
       local.get $7
       i32.const 1
       i32.shl
       local.set $16
       i32.const 0
       local.set $22
       loop $for-loop|03
        local.get $4
        local.get $22
        i32.gt_s
        if
         local.get $0
         local.get $13
         i32.load
         i32.add
         local.set $23
         v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
         local.set $20
         v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
         local.set $15
         i32.const 0
         local.set $14
         loop $for-loop|14
          local.get $14
          local.get $16
          i32.lt_u
          if
           local.get $20
           local.get $23
           v128.load8x8_u align=1
           local.tee $24
           local.get $12
           local.get $14
           i32.add
           v128.load
           i32x4.dot_i16x8_s
           i32x4.add
           local.set $20
           local.get $15
           local.get $24
           local.get $11
           local.get $14
           i32.add
           v128.load
           i32x4.dot_i16x8_s
           i32x4.add
           local.set $15
           local.get $23
           i32.const 8
           i32.add
           local.set $23
           local.get $14
           i32.const 16
           i32.add
           local.set $14
           br $for-loop|14
          end
         end
         local.get $9
         v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
         local.get $20
         i32.const 11
         i32x4.shl
         local.get $15
         i32x4.add
         local.tee $15
         local.get $15
         local.get $15
         i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15
         i32x4.add
         local.tee $15
         local.get $15
         local.get $15
         i8x16.shuffle 4 5 6 7 4 5 6 7 4 5 6 7 4 5 6 7
         i32x4.add
         v128.const i32x4 0x00200000 0x00200000 0x00200000 0x00200000
         i32x4.add
         i32x4.add
         i32.const 22
         i32x4.shr_s
         local.tee $15
         local.get $15
         i16x8.narrow_i32x4_s
         local.tee $15
         local.get $15
         i8x16.narrow_i16x8_u
         i8x16.extract_lane_u 0
         i32.store8
         local.get $9
         i32.const 1
         i32.add
         local.set $9
         local.get $13
         i32.const 4
         i32.add
         local.set $13
         local.get $12
         local.get $16
         i32.add
         local.set $12
         local.get $11
         local.get $16
         i32.add
         local.set $11
         local.get $22
         i32.const 1
         i32.add
         local.set $22
         br $for-loop|03
        end
       end
      else
       local.get $2
       local.set $9
       local.get $6
       local.set $12
       local.get $8
       local.set $11
       local.get $10
       local.set $14
       local.get $7
       i32.const 1
       i32.shl
       local.set $19
       i32.const 0
       local.set $18
       loop $for-loop|05
        local.get $4
        local.get $18
        i32.gt_s
        if
         i32.const 0
         local.set $23
         loop $for-loop|16
          local.get $5
          local.get $23
          i32.gt_s
          if
           local.get $0
           local.get $12
           i32.load
           i32.add
           local.get $23
           i32.add
           local.set $16
           i32.const 0
           local.set $22
           i32.const 2097152
           local.set $21
           i32.const 0
           local.set $13
           loop $for-loop|2
            local.get $13
            local.get $19
            i32.lt_u
            if
             local.get $22
             local.get $16
             i32.load8_u
             local.tee $26
             local.get $11
             local.get $13
             i32.add
             i32.load16_s
             i32.mul
             i32.add
             local.set $22
             local.get $21
             local.get $26
             local.get $13
             local.get $14
             i32.add
             i32.load16_s
             i32.mul
             i32.add
             local.set $21
             local.get $5
             local.get $16
             i32.add
             local.set $16
             local.get $13
             i32.const 2
             i32.add
             local.set $13
             br $for-loop|2
            end
           end
           local.get $9
           local.tee $13
           i32.const 1
           i32.add
           local.set $9
           local.get $13
           local.get $22
           i32x4.splat
           i32.const 11
           i32x4.shl
           local.get $21
           i32x4.splat
           i32x4.add
           i32.const 22
           i32x4.shr_s
           local.tee $15
           local.get $15
           i16x8.narrow_i32x4_s
           local.tee $15
           local.get $15
           i8x16.narrow_i16x8_u
           i8x16.extract_lane_u 0
           i32.store8
           local.get $23
           i32.const 1
           i32.add
           local.set $23
           br $for-loop|16
          end
         end
         local.get $12
         i32.const 4
         i32.add
         local.set $12
         local.get $11
         local.get $19
         i32.add
         local.set $11
         local.get $14
         local.get $19
         i32.add
         local.set $14
         local.get $18
         i32.const 1
         i32.add
         local.set $18
         br $for-loop|05
        end
       end
      end
     end
    end
    local.get $0
    local.get $1
    i32.add
    local.set $0
    local.get $2
    local.get $4
    local.get $5
    i32.mul
    i32.add
    local.set $2
    local.get $17
    i32.const 1
    i32.add
    local.set $17
    br $for-loop|0
   end
  end
 )
 (func $src/simd/assembly/resizeColumns/resizeColumns (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32)
  (local $7 v128)
  (local $8 i32)
  (local $9 i32)
  (local $10 i32)
  (local $11 i32)
  (local $12 v128)
  (local $13 v128)
  (local $14 v128)
  (local $15 v128)
  (local $16 v128)
  (local $17 v128)
  (local $18 v128)
  (local $19 i32)
  (local $20 i32)
  (local $21 i32)
  (local $22 v128)
  (local $23 v128)
  (local $24 v128)
  (local $25 v128)
  (local $26 v128)
  local.get $6
  local.get $5
  i32.const 1
  i32.shl
  local.tee $10
  local.get $3
  i32.mul
  i32.add
  local.set $11
  loop $for-loop|0
   local.get $3
   local.get $19
   i32.gt_s
   if
    local.get $0
    local.get $4
    i32.load
    local.get $1
    i32.mul
    i32.add
    local.set $20
    i32.const 0
    local.set $5
    loop $for-loop|1
     local.get $1
     local.get $5
     i32.gt_u
     if
      local.get $5
      local.get $20
      i32.add
      local.set $9
      local.get $2
      local.get $5
      i32.add
      v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
      local.set $7
      v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
      local.set $12
      v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
      local.set $13
      v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
      local.set $14
      v128.const i32x4 0x00200000 0x00200000 0x00200000 0x00200000
      local.set $15
      v128.const i32x4 0x00200000 0x00200000 0x00200000 0x00200000
      local.set $16
      v128.const i32x4 0x00200000 0x00200000 0x00200000 0x00200000
      local.set $17
      v128.const i32x4 0x00200000 0x00200000 0x00200000 0x00200000
      local.set $18
      i32.const 0
      local.set $8
      loop $for-loop|00
       local.get $8
       local.get $10
       i32.lt_u
       if
        local.get $7
        local.get $9
        v128.load
        local.tee $23
        local.get $1
        local.get $9
        i32.add
        v128.load
        local.tee $24
        i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23
        local.tee $25
        i16x8.extend_low_i8x16_u
        local.tee $26
        local.get $6
        local.get $8
        i32.add
        v128.load32_splat
        local.tee $22
        i32x4.dot_i16x8_s
        i32x4.add
        local.set $7
        local.get $12
        local.get $25
        i16x8.extend_high_i8x16_u
        local.tee $25
        local.get $22
        i32x4.dot_i16x8_s
        i32x4.add
        local.set $12
        local.get $13
        local.get $23
        local.get $24
        i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31
        local.tee $23
        i16x8.extend_low_i8x16_u
        local.tee $24
        local.get $22
        i32x4.dot_i16x8_s
        i32x4.add
        local.set $13
        local.get $14
        local.get $23
        i16x8.extend_high_i8x16_u
        local.tee $23
        local.get $22
        i32x4.dot_i16x8_s
        i32x4.add
        local.set $14
        local.get $15
        local.get $26
        local.get $8
        local.get $11
        i32.add
        v128.load32_splat
        local.tee $22
        i32x4.dot_i16x8_s
        i32x4.add
        local.set $15
        local.get $16
        local.get $25
        local.get $22
        i32x4.dot_i16x8_s
        i32x4.add
        local.set $16
        local.get $17
        local.get $24
        local.get $22
        i32x4.dot_i16x8_s
        i32x4.add
        local.set $17
        local.get $18
        local.get $23
        local.get $22
        i32x4.dot_i16x8_s
        i32x4.add
        local.set $18
        local.get $9
        local.get $1
        i32.const 1
        i32.shl
        i32.add
        local.set $9
        local.get $8
        i32.const 4
        i32.add
        local.set $8
        br $for-loop|00
       end
      end
      local.get $7
      i32.const 11
      i32x4.shl
      local.get $15
      i32x4.add
      i32.const 22
      i32x4.shr_s
      local.get $12
      i32.const 11
      i32x4.shl
      local.get $16
      i32x4.add
      i32.const 22
      i32x4.shr_s
      i16x8.narrow_i32x4_s
      local.get $13
      i32.const 11
      i32x4.shl
      local.get $17
      i32x4.add
      i32.const 22
      i32x4.shr_s
      local.get $14
      i32.const 11
      i32x4.shl
      local.get $18
      i32x4.add
      i32.const 22
      i32x4.shr_s
      i16x8.narrow_i32x4_s
      i8x16.narrow_i16x8_u
      v128.store
      local.get $5
      i32.const 16
      i32.add
      local.set $5
      br $for-loop|1
     end
    end
    local.get $1
    local.get $2
    i32.add
    local.set $2
    local.get $4
    i32.const 4
    i32.add
    local.set $4
    local.get $6
    local.get $10
    i32.add
    local.set $6
    local.get $10
    local.get $11
    i32.add
    local.set $11
    local.get $19
    i32.const 1
    i32.add
    local.set $19
    br $for-loop|0
   end
  end
 )
 (func $src/simd/assembly/affine/affineLinear (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32) (param $7 i32) (param $8 i32) (param $9 i32) (param $10 i32) (param $11 f64) (param $12 f64) (param $13 f64) (param $14 f64) (param $15 f64) (param $16 f64) (param $17 i32) (param $18 f64) (param $19 f64)
  (local $20 f64)
  (local $21 i32)
  (local $22 i32)
  (local $23 i32)
  (local $24 f64)
  (local $25 f64)
  (local $26 i32)
  (local $27 i32)
  (local $28 f64)
  (local $29 f64)
  (local $30 f32)
  (local $31 i32)
  (local $32 i32)
  (local $33 i32)
  (local $34 i32)
  (local $35 i32)
  (local $36 i32)
  (local $37 f64)
  (local $38 f64)
  (local $39 i32)
  (local $40 i32)
  local.get $2
  i32.const 2
  i32.sub
  local.tee $21
  i32.const 0
  local.get $21
  i32.const 0
  i32.ge_s
  select
  local.set $32
  local.get $3
  i32.const 2
  i32.sub
  local.tee $21
  i32.const 0
  local.get $21
  i32.const 0
  i32.ge_s
  select
  local.set $31
  local.get $4
  i32.const 3
  i32.eq
  local.tee $21
  if
   local.get $7
   i32.const 1
   i32.eq
   local.set $21
  end
  local.get $2
  i32.const 1
  i32.sub
  f64.convert_i32_s
  local.set $38
  local.get $3
  i32.const 1
  i32.sub
  f64.convert_i32_s
  local.set $37
  local.get $5
  i32.const 2
  i32.shl
  i32.const 0
  local.get $2
  i32.const 1
  i32.gt_s
  select
  local.set $34
  local.get $6
  i32.const 2
  i32.shl
  i32.const 0
  local.get $3
  i32.const 1
  i32.gt_s
  select
  local.set $26
  local.get $18
  local.get $19
  f64.mul
  f32.demote_f64
  local.set $30
  loop $for-loop|0
   local.get $2
   local.get $36
   i32.gt_s
   if
    local.get $1
    local.get $8
    local.get $9
    local.get $36
    i32.mul
    i32.add
    i32.const 2
    i32.shl
    i32.add
    local.set $39
    local.get $11
    local.get $36
    f64.convert_i32_s
    local.tee $18
    f64.mul
    local.get $13
    f64.add
    local.set $29
    local.get $14
    local.get $18
    f64.mul
    local.get $16
    f64.add
    local.set $28
    i32.const 0
    local.set $35
    loop $for-loop|1
     local.get $3
     local.get $35
     i32.gt_s
     if
      block $for-continue|1
       local.get $38
       local.get $29
       local.get $12
       local.get $35
       f64.convert_i32_s
       local.tee $20
       f64.mul
       f64.add
       local.tee $18
       f64.ge
       local.get $18
       f64.const 0
       f64.ge
       i32.and
       local.get $28
       local.get $15
       local.get $20
       f64.mul
       f64.add
       local.tee $20
       f64.const 0
       f64.ge
       i32.and
       local.get $20
       local.get $37
       f64.le
       i32.and
       i32.eqz
       if
        local.get $17
        i32.eqz
        if
         i32.const 0
         local.set $40
         loop $for-loop|2
          local.get $4
          local.get $40
          i32.gt_s
          if
           local.get $39
           local.get $7
           local.get $40
           i32.mul
           i32.const 2
           i32.shl
           i32.add
           local.get $30
           f32.store
           local.get $40
           i32.const 1
           i32.add
           local.set $40
           br $for-loop|2
          end
         end
         br $for-continue|1
        end
        local.get $17
        i32.const 1
        i32.ne
        if
         local.get $18
         local.get $2
         f64.convert_i32_s
         local.get $17
         f64.convert_i32_s
         local.tee $24
         call $src/simd/insideCoordinate/insideCoordinate
         local.set $18
         local.get $20
         local.get $3
         f64.convert_i32_s
         local.get $24
         call $src/simd/insideCoordinate/insideCoordinate
         local.set $20
        end
        f64.const 0
        local.get $37
        local.get $20
        local.get $20
        local.get $37
        f64.gt
        select
        local.get $20
        f64.const 0
        f64.lt
        select
        local.set $20
        f64.const 0
        local.get $38
        local.get $18
        local.get $18
        local.get $38
        f64.gt
        select
        local.get $18
        f64.const 0
        f64.lt
        select
        local.set $18
       end
       local.get $18
       local.get $32
       local.get $18
       i32.trunc_sat_f64_s
       local.get $18
       local.get $38
       f64.ge
       select
       local.tee $23
       f64.convert_i32_s
       f64.sub
       local.tee $18
       local.get $20
       local.get $31
       local.get $20
       i32.trunc_sat_f64_s
       local.get $20
       local.get $37
       f64.ge
       select
       local.tee $22
       f64.convert_i32_s
       f64.sub
       local.tee $20
       f64.mul
       local.get $19
       f64.mul
       local.set $24
       local.get $18
       local.get $19
       f64.mul
       local.tee $18
       local.get $24
       f64.sub
       local.set $25
       local.get $19
       local.get $18
       f64.sub
       local.get $20
       local.get $19
       f64.mul
       local.get $24
       f64.sub
       local.tee $20
       f64.sub
       local.set $18
       local.get $0
       local.get $5
       local.get $23
       i32.mul
       local.get $6
       local.get $22
       i32.mul
       i32.add
       i32.const 2
       i32.shl
       i32.add
       local.set $23
       local.get $21
       if
        local.get $39
        local.get $23
        v128.load64_zero
        f64x2.promote_low_f32x4
        local.get $18
        f64x2.splat
        f64x2.mul
        local.get $23
        local.get $26
        i32.add
        v128.load64_zero
        f64x2.promote_low_f32x4
        local.get $20
        f64x2.splat
        f64x2.mul
        f64x2.add
        local.get $23
        local.get $34
        i32.add
        local.tee $22
        v128.load64_zero
        f64x2.promote_low_f32x4
        local.get $25
        f64x2.splat
        f64x2.mul
        f64x2.add
        local.get $22
        local.get $26
        i32.add
        v128.load64_zero
        f64x2.promote_low_f32x4
        local.get $24
        f64x2.splat
        f64x2.mul
        f64x2.add
        f32x4.demote_f64x2_zero
        v128.store64_lane 0
        local.get $23
        i32.const 8
        i32.add
        local.tee $23
        local.get $34
        i32.add
        local.set $22
        local.get $39
        local.get $23
        f32.load
        f64.promote_f32
        local.get $18
        f64.mul
        local.get $23
        local.get $26
        i32.add
        f32.load
        f64.promote_f32
        local.get $20
        f64.mul
        f64.add
        local.get $22
        f32.load
        f64.promote_f32
        local.get $25
        f64.mul
        f64.add
        local.get $22
        local.get $26
        i32.add
        f32.load
        f64.promote_f32
        local.get $24
        f64.mul
        f64.add
        f32.demote_f64
        f32.store offset=8
        br $for-continue|1
       end
       i32.const 0
       local.set $40
       loop $for-loop|3
        local.get $4
        local.get $40
        i32.gt_s
        if
         local.get $7
         local.get $40
         i32.mul
         i32.const 2
         i32.shl
         local.tee $27
         local.get $23
         i32.add
         local.tee $22
         local.get $34
         i32.add
         local.set $33
         local.get $27
         local.get $39
         i32.add
         local.get $22
         f32.load
         f64.promote_f32
         local.get $18
         f64.mul
         local.get $22
         local.get $26
         i32.add
         f32.load
         f64.promote_f32
         local.get $20
         f64.mul
         f64.add
         local.get $33
         f32.load
         f64.promote_f32
         local.get $25
         f64.mul
         f64.add
         local.get $26
         local.get $33
         i32.add
         f32.load
         f64.promote_f32
         local.get $24
         f64.mul
         f64.add
         f32.demote_f64
         f32.store
         local.get $40
         i32.const 1
         i32.add
         local.set $40
         br $for-loop|3
        end
       end
      end
      local.get $35
      i32.const 1
      i32.add
      local.set $35
      local.get $39
      local.get $10
      i32.const 2
      i32.shl
      i32.add
      local.set $39
      br $for-loop|1
     end
    end
    local.get $36
    i32.const 1
    i32.add
    local.set $36
    br $for-loop|0
   end
  end
 )
)
